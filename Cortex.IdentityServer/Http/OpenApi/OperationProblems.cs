using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Http.OpenApi;

/// <summary>Adds to each operation who may call it, and every problem it can answer with, an example for each code.</summary>
internal sealed class OperationProblems : IOpenApiOperationTransformer
{
    public const string BearerScheme = "bearer";
    public const string ApiKeyScheme = "api_key";

    private const string SchemaName = "Problem";
    private const string ExampleTrace = "0f8fad5bd9cb469fa16570867728950e";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var takesKey = false;
        List<ProblemCode> codes = [.. metadata.OfType<Refusals>().SelectMany(refusals => refusals.Codes)];
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [];
        }
        else
        {
            takesKey = metadata.OfType<IAuthorizeData>().Last().Policy != Policies.Session;
            operation.Security = [Requirement(BearerScheme, document), .. takesKey ? [Requirement(ApiKeyScheme, document)] : Array.Empty<OpenApiSecurityRequirement>()];
            codes.AddRange([Problems.Unauthenticated, Problems.InvalidToken, Problems.TokenExpired, Problems.SessionRevoked, Problems.AccountDisabled]);
            codes.AddRange(takesKey ? [Problems.InvalidApiKey, Problems.ApiKeyExpired] : [Problems.Forbidden]);
        }

        if (operation.RequestBody is not null)
        {
            codes.AddRange([Problems.ValidationFailed, Problems.UnknownField, Problems.PayloadTooLarge, Problems.UnsupportedMediaType]);
        }

        if (context.Description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true)
        {
            codes.AddRange([Problems.MalformedRequest, Problems.ServiceUnavailable]);
        }

        var schema = await SchemaAsync(document, context, cancellationToken);
        operation.Responses ??= [];
        foreach (var sameStatus in codes.Distinct().GroupBy(code => code.Status).OrderBy(group => group.Key))
        {
            operation.Responses[sameStatus.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", sameStatus.Select(code => $"`{code.Code}`")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = schema, Examples = sameStatus.ToDictionary(code => code.Code, Example) },
                },
            };
        }
    }

    private static IOpenApiExample Example(ProblemCode code)
    {
        var problem = new Problem(code)
        {
            Errors = code == Problems.ValidationFailed ? new Dictionary<string, string[]> { ["email"] = ["is required"] } : null,
            TwoFactorToken = code == Problems.TwoFactorRequired ? Examples.TwoFactorToken : null,
        };
        return new OpenApiExample { Value = JsonSerializer.SerializeToNode(problem.Body(ExampleTrace), ApiJson.Default.ProblemBody) };
    }

    private static async Task<IOpenApiSchema> SchemaAsync(OpenApiDocument document, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (document.Components?.Schemas?.ContainsKey(SchemaName) != true)
        {
            document.AddComponent(SchemaName, await context.GetOrCreateSchemaAsync(typeof(ProblemBody), parameterDescription: null, cancellationToken));
        }

        return new OpenApiSchemaReference(SchemaName, document);
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
