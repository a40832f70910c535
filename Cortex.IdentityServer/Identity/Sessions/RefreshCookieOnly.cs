using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Selects one of two routes with the same path: one for requests whose only credential is the refresh cookie, and one for all others.</summary>
/// <remarks>The cookie gives access only to the route that is written for it; the other route applies its usual policy.</remarks>
internal sealed record RefreshCookieOnly(bool IsWanted) : IDescribesOperation
{
    private const string Scheme = "refresh_cookie";

    /// <summary>The document shows both routes as one operation, which also accepts the cookie.</summary>
    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        if (document.Components?.SecuritySchemes?.ContainsKey(Scheme) != true)
        {
            document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = RefreshCookie.SecureName,
                Description = "The refresh token of a login with `?use_cookies=true`, for refresh and logout only. A development server on plain HTTP calls it "
                    + $"`{RefreshCookie.PlainName}`.",
            });
        }

        (operation.Security ??= []).Add(new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] });
    }
}
