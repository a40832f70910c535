namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A route that takes <c>?use_cookies=true</c>, for the OpenAPI document.</summary>
internal sealed record TakesUseCookies;
