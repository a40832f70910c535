namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A route whose body is lines of JSON.</summary>
internal sealed record RequestLines(Type Line);
