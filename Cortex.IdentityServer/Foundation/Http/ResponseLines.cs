namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Marks a route that answers with lines of JSON, each of one of these types.</summary>
internal sealed record ResponseLines(params Type[] Lines);
