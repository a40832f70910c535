namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The refusals that a route can return, for the OpenAPI document.</summary>
internal sealed record Refusals(params Refusal[] Codes);
