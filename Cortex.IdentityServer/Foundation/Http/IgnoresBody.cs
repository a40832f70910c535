namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Marks a route that never reads the request body, so that no rule about bodies applies to it.</summary>
internal sealed record IgnoresBody;
