namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>A command failed. The message is one line for the operator.</summary>
internal sealed class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);
