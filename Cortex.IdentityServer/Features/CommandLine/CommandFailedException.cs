namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>A command that can't do what it was asked to; the message is one line for the person who asked.</summary>
internal sealed class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);
