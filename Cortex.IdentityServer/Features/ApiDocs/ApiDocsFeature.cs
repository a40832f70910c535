using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.OpenApi;
using Scalar.AspNetCore;
using HttpOptions = Cortex.IdentityServer.Foundation.Http.HttpOptions;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Serves the OpenAPI document at <c>/openapi/v1.json</c> and Scalar's page about it at <c>/scalar</c>.</summary>
internal static class ApiDocsFeature
{
    /// <summary>The content security policy of Scalar's page, whose script creates styles and workers and calls this server.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'";

    public const string DocumentName = "v1";

    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    public static IServiceCollection AddApiDocs(this IServiceCollection services) => services.AddSingleton<OpenApiFiles>().AddOpenApi(DocumentName, options =>
    {
        // Arbitrary JSON has no schema to reference.
        options.CreateSchemaReferenceId = type => type.Type == typeof(JsonElement) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

        // Every GET route answers HEAD too, so documenting HEAD would add nothing.
        options.ShouldInclude = description => !HttpMethods.IsHead(description.HttpMethod ?? "");
        options.AddDocumentTransformer<DocumentHead>();
        options.AddOperationTransformer<OperationNames>();
        options.AddOperationTransformer<OperationLines>();
        options.AddOperationTransformer<OperationProblems>();
        options.AddOperationTransformer<OperationMetadata>();
        options.AddOperationTransformer<OperationExamples>();
        options.AddSchemaTransformer<SchemaRules>();
    });

    public static void MapApiDocs(this IEndpointRouteBuilder app, HttpOptions options)
    {
        if (!options.ApiDocs)
        {
            return;
        }

        app
            .MapMethods($"/openapi/{DocumentName}.json", GetAndHead, OpenApiEndpoint.GetDocument)
            .AllowAnonymous()
            .IsPublicDocument()
            .LimitedBy(HttpLimits.Documents)
            .ExcludeFromDescription();
        app.MapScalarApiReference(scalar => scalar
            .WithTitle("Cortex Identity")
            .DisableDefaultFonts()
            .DisableTelemetry()

            // Disable the features that send the document or the reader to Scalar's servers.
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools()).AllowAnonymous().LimitedBy(HttpLimits.Documents)
            .AddEndpointFilter((context, next) =>
            {
                context.HttpContext.Response.Headers.ContentSecurityPolicy = PagePolicy;
                return next(context);
            });
    }
}
