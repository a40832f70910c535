using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Marks a route that accepts <c>?use_cookies=true</c>, for the OpenAPI document.</summary>
internal sealed record TakesUseCookies : IDescribesOperation
{
    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = CookieUse.Parameter,
            In = ParameterLocation.Query,
            Description = $"For browsers: the refresh token isn't returned in the body but in the cookie `{RefreshCookie.SecureName}`, which no "
                + "script can read. "
                + "A page of another origin has to be listed in CORS_ORIGINS (403 otherwise; 400 where that is `*`).",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = JsonValue.Create(false) },
        });
        operation.AddHeader(
            "Set-Cookie",
            $"`{RefreshCookie.SecureName}`, with `HttpOnly`, `Secure`, `SameSite=Strict` and `Path=/`, where the refresh token isn't in the body.");
    }
}
