namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The problems that a route can answer with, for the OpenAPI document.</summary>
internal sealed record Refusals(params Refusal[] Codes);
