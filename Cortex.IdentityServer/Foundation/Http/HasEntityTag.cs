namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The answers of a route carry an ETag, for the OpenAPI document.</summary>
internal sealed class HasEntityTag;
