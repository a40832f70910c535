namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The server can't listen where it should; the message is one line for the person who starts it.</summary>
internal sealed class ListenException(string message, Exception inner) : Exception(message, inner);
