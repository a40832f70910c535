namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Marks a route whose request body consists of lines of JSON.</summary>
internal sealed record RequestLines(Type Line);
