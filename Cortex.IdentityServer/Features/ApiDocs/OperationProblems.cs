using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Adds to each operation who may call it, and every problem it can answer with, an example for each code.</summary>
internal sealed class OperationProblems : IOpenApiOperationTransformer
{
    public const string BearerScheme = "bearer";
    public const string ApiKeyScheme = "api_key";
    public const string ClientScheme = "client";

    private const string SchemaName = "Problem";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var takesKey = false;
        List<Refusal> answers = [.. metadata.OfType<Refusals>().SelectMany(refusals => refusals.Codes)];
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [];
        }
        else
        {
            var policy = metadata.OfType<IAuthorizeData>().Last().Policy;
            var needsSecondFactor = policy is Policies.Admin or Policies.Support or Policies.Introspect;
            takesKey = policy is Policies.SessionOrKey or Policies.Introspect;
            operation.Security =
            [
                Requirement(BearerScheme, document), .. takesKey ? [Requirement(ApiKeyScheme, document)] : Array.Empty<OpenApiSecurityRequirement>(),
            ];
            if (metadata.OfType<TakesClientSecret>().Any())
            {
                operation.Security.Add(Requirement(ClientScheme, document));
            }

            answers.AddRange([Problems.Unauthenticated, Problems.InvalidToken, Problems.TokenExpired, Problems.SessionRevoked]);
            answers.AddRange(takesKey ? [Problems.InvalidApiKey, Problems.ApiKeyExpired] : []);
            answers.AddRange(policy != Policies.SessionOrKey ? [Problems.Forbidden] : []);

            // Who is logged in is known, and may come back with a second factor.
            answers.AddRange(needsSecondFactor ? [Problems.TwoFactorRequired with { Status = StatusCodes.Status403Forbidden }] : []);
        }

        if (operation.RequestBody is not null)
        {
            answers.AddRange([Problems.ValidationFailed, Problems.UnknownField, Problems.PayloadTooLarge, Problems.UnsupportedMediaType]);
        }

        if (context.Description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true)
        {
            answers.AddRange([Problems.MalformedRequest, Problems.ServiceUnavailable]);
        }

        var limitsAnyone = metadata.OfType<RouteLimits>().Any();
        if (takesKey || limitsAnyone)
        {
            answers.Add(Problems.RateLimited);
            foreach (var success in operation.Successes())
            {
                success.Headers = LimitHeaders(onlyWithKey: !limitsAnyone);
            }
        }

        var schema = await SchemaAsync(document, context, cancellationToken);

        // The credentials of a disabled account are no good; at its own login, and where it is another's, it is 403.
        answers.AddRange(operation.Security.Count > 0 ? [Problems.AccountDisabled with { Status = StatusCodes.Status401Unauthorized }] : []);
        operation.Responses ??= [];
        foreach (var sameStatus in answers.DistinctBy(answer => (answer.Code, answer.Status)).GroupBy(answer => answer.Status).OrderBy(group => group.Key))
        {
            operation.Responses[sameStatus.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", sameStatus.Select(code => $"`{code.Code}`")),
                Headers = HeadersOf(sameStatus.Key),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new()
                    {
                        Schema = schema,
                        Examples = sameStatus.ToDictionary(code => code.Code, IOpenApiExample (code) => Example(code, FieldOf(operation))),
                    },
                },
            };
        }
    }

    private static Dictionary<string, IOpenApiHeader>? HeadersOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Header("WWW-Authenticate", "How to authenticate (RFC 6750).", JsonSchemaType.String),
        StatusCodes.Status429TooManyRequests => new(LimitHeaders().Concat(RetryAfter())),
        StatusCodes.Status503ServiceUnavailable => RetryAfter(),
        _ => null,
    };

    private static Dictionary<string, IOpenApiHeader> RetryAfter() => Header("Retry-After", "Seconds to wait.", JsonSchemaType.Integer);

    /// <summary>Where nothing but the API key's own limit applies, a session gets none of them.</summary>
    private static Dictionary<string, IOpenApiHeader> LimitHeaders(bool onlyWithKey = false)
    {
        var when = onlyWithKey ? " With an API key only." : "";
        return new(
        [
            .. Header(
                RateLimitHeaders.Limit,
                "How many requests a window allows. If there are several limits, the one with the fewest requests left." + when,
                JsonSchemaType.Integer),
            .. Header(RateLimitHeaders.Remaining, "How many of them are left." + when, JsonSchemaType.Integer),
            .. Header(RateLimitHeaders.Reset, "Seconds until the window ends." + when, JsonSchemaType.Integer),
        ]);
    }

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description, JsonSchemaType type) =>
        new() { [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } } };

    /// <summary>A field that this route has, for its example of invalid input.</summary>
    private static string FieldOf(OpenApiOperation operation) =>
        operation.RequestBody?.Content?.Values.FirstOrDefault()?.Schema is { } schema
        && (schema.OneOf?.FirstOrDefault(one => one.Properties is { Count: > 0 }) ?? schema).Properties?.Keys.FirstOrDefault() is { } field ? field : "body";

    private static OpenApiExample Example(Refusal refusal, string field)
    {
        var shown = refusal with
        {
            Errors = refusal == Problems.ValidationFailed ? new Dictionary<string, string[]> { [field] = ["has the wrong type or an unreadable value"] } : null,
            TwoFactorToken = refusal == Problems.TwoFactorRequired ? ExampleValues.TwoFactorToken : null,
        };
        return new OpenApiExample
        {
            Summary = refusal.Title,
            Value = JsonSerializer.SerializeToNode(shown.ToProblem().Body(ExampleValues.RequestId), HttpJson.Default.ProblemBody),
        };
    }

    private static async Task<IOpenApiSchema> SchemaAsync(
        OpenApiDocument document, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
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
