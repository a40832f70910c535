using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Adds to each operation its security requirements and every problem that it can return, with an example for each code.</summary>
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
            takesKey = policy is Policies.SessionOrKey or Policies.Introspect or Policies.ApiKey;
            string[] schemes = [.. policy == Policies.ApiKey ? Array.Empty<string>() : [BearerScheme], .. takesKey ? [ApiKeyScheme] : Array.Empty<string>()];
            operation.Security = [.. schemes.Select(scheme => Requirement(scheme, document))];
            if (metadata.OfType<AcceptsClientSecret>().Any())
            {
                operation.Security.Add(Requirement(ClientScheme, document));
            }

            answers.AddRange([Problems.Unauthenticated, Problems.InvalidToken, Problems.TokenExpired, Problems.SessionRevoked]);
            answers.AddRange(takesKey ? [Problems.InvalidApiKey, Problems.ApiKeyExpired] : []);
            answers.AddRange(policy != Policies.SessionOrKey ? [Problems.Forbidden] : []);

            // The caller is authenticated and only lacks a second factor, so the status is 403 rather than 401.
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
            foreach (var success in operation.SuccessResponses())
            {
                success.Headers = LimitHeaders(onlyWithKey: !limitsAnyone);
            }
        }

        var schema = await SchemaAsync(document, context, cancellationToken);

        // A disabled account's credentials are invalid (401). At login, and for an administrator who acts on the account, the status is 403.
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
        StatusCodes.Status401Unauthorized => Header("WWW-Authenticate", "The authentication schemes that the route accepts (RFC 6750).", JsonSchemaType.String),
        StatusCodes.Status429TooManyRequests => new(LimitHeaders().Concat(RetryAfter())),
        StatusCodes.Status503ServiceUnavailable => RetryAfter(),
        _ => null,
    };

    private static Dictionary<string, IOpenApiHeader> RetryAfter() =>
        Header("Retry-After", "The number of seconds to wait before a retry.", JsonSchemaType.Integer);

    /// <summary>Returns the rate limit headers. On routes where only API keys are limited, requests with an access token don't get them.</summary>
    private static Dictionary<string, IOpenApiHeader> LimitHeaders(bool onlyWithKey = false)
    {
        var when = onlyWithKey ? " Sent only to requests with an API key." : "";
        return new(
        [
            .. Header(
                RateLimitHeaders.Limit,
                "The maximum number of requests per window. If several limits apply, the headers describe the one with the fewest requests left." + when,
                JsonSchemaType.Integer),
            .. Header(RateLimitHeaders.Remaining, "The number of requests left in the window." + when, JsonSchemaType.Integer),
            .. Header(RateLimitHeaders.Reset, "The number of seconds until the window ends." + when, JsonSchemaType.Integer),
        ]);
    }

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description, JsonSchemaType type) =>
        new() { [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } } };

    /// <summary>Returns the name of one of the body's fields, for the example of invalid input.</summary>
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
