using System.Text.Json.Nodes;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Shows where the refresh token may travel in a cookie.</summary>
internal sealed class OperationCookies : IOpenApiOperationTransformer
{
    public const string CookieScheme = "refresh_cookie";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<TakesUseCookies>().Any())
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
            foreach (var success in (operation.Responses?.Where(response => response.Key == "200").Select(response => response.Value) ?? [])
                .OfType<OpenApiResponse>())
            {
                (success.Headers ??= new Dictionary<string, IOpenApiHeader>())["Set-Cookie"] = new OpenApiHeader
                {
                    Description = $"`{RefreshCookie.SecureName}`, with `HttpOnly`, `Secure`, `SameSite=Strict` and `Path=/`, where the refresh token isn't "
                        + "in the body.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                };
            }
        }

        if (metadata.OfType<CookieAlone>().Any())
        {
            (operation.Security ??= []).Add(new() { [new OpenApiSecuritySchemeReference(CookieScheme, context.Document)] = [] });
        }

        return Task.CompletedTask;
    }
}
