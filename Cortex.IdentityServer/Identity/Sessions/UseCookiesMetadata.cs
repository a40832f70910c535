using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Marks a route that accepts <c>?use_cookies=true</c>, for the OpenAPI document.</summary>
internal sealed record UseCookiesMetadata : IDescribesOperation
{
    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = CookieUse.Parameter,
            In = ParameterLocation.Query,
            Description = $"For browsers: the refresh token is returned in the cookie `{RefreshCookie.SecureName}`, which scripts can't read, instead of the "
            + "body. The origins of other sites' pages must be listed in CORS_ORIGINS; otherwise, the request fails with 403, or with 400 if "
            + "CORS_ORIGINS is `*`.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = JsonValue.Create(false) },
        });
        operation.AddHeader(
            "Set-Cookie",
            $"The cookie `{RefreshCookie.SecureName}` (`HttpOnly`, `Secure`, `SameSite=Strict`, `Path=/`), if the refresh token isn't in the body.");
    }
}
