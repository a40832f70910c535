namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A route at which OAuth clients authenticate, with an API key as their secret.</summary>
internal sealed record TakesClientSecret;
