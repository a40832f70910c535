namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Adds headers to the response of an authenticated caller whose request is refused before it reaches its route.</summary>
internal interface IRefusalHeaders
{
    Task AddAsync(HttpContext context);
}
