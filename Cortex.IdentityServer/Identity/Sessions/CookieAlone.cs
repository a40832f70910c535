using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>One of two routes with the same path: the one for requests whose only credential is the refresh cookie, or the one for all others.</summary>
/// <remarks>So the cookie opens nothing but the route that is written for it, and the other goes through its policy as ever.</remarks>
internal sealed record CookieAlone(bool IsWanted) : IDescribesOperation
{
    private const string Scheme = "refresh_cookie";

    /// <summary>The document shows both routes as one, which takes the cookie too.</summary>
    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        if (document.Components?.SecuritySchemes?.ContainsKey(Scheme) != true)
        {
            document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = RefreshCookie.SecureName,
                Description = "The refresh token of a login with `?use_cookies=true`, for refresh and logout only. A development server on plain http calls it "
                    + $"`{RefreshCookie.PlainName}`.",
            });
        }

        (operation.Security ??= []).Add(new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] });
    }
}
