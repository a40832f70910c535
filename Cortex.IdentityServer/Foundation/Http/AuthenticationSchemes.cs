using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The names of the authentication schemes: access tokens and API keys, behind one policy scheme that selects between them.</summary>
internal static class AuthenticationSchemes
{
    /// <summary>The policy scheme, which selects one of the two by the credential that the request carries.</summary>
    public const string Either = "BearerOrApiKey";

    public const string Bearer = "Bearer";

    public const string ApiKey = "ApiKey";

    /// <summary>The scheme by which OAuth clients send their secret, an API key. Only <see cref="AcceptsClientSecret"/> routes accept it.</summary>
    public const string Basic = "Basic";

    public const string ApiKeyHeader = "X-API-Key";

    /// <summary>The prefix of every API key. No access token begins with it.</summary>
    public const string KeyPrefix = "ctx_";

    private static readonly Refusal TwoCredentials = Problems.MalformedRequest with
    {
        Detail = "Send only one credential: a single Authorization or X-API-Key header.",
    };

    /// <summary>Rejects requests with more than one credential, whose caller would be ambiguous, before authentication runs.</summary>
    public static IApplicationBuilder UseSingleCredential(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Request.Headers;
        return headers[HeaderNames.Authorization].Count + headers[ApiKeyHeader].Count > 1
            ? TwoCredentials.ToProblem().ExecuteAsync(context)
            : next(context);
    });
}
