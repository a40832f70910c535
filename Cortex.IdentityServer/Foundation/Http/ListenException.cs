namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Thrown when the server can't listen on a configured address. The message is one line for the operator.</summary>
internal sealed class ListenException(string message, Exception inner) : Exception(message, inner);
