using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The two ways to prove who is calling, side by side behind one policy scheme.</summary>
internal static class AuthenticationSchemes
{
    /// <summary>Chooses between the two by the header that the request carries.</summary>
    public const string Either = "BearerOrApiKey";

    public const string Bearer = "Bearer";

    public const string ApiKey = "ApiKey";

    /// <summary>A client's secret as OAuth sends it, which is an API key here; at <see cref="TakesClientSecret"/> routes only.</summary>
    public const string Basic = "Basic";

    public const string ApiKeyHeader = "X-API-Key";

    /// <summary>What each API key of ours begins with, and no access token.</summary>
    public const string KeyPrefix = "ctx_";

    private static readonly Refusal TwoCredentials = Problems.MalformedRequest with
    {
        Detail = "Send one credential only: either Authorization or X-API-Key, and only once.",
    };

    /// <summary>A request with two credentials has no clear caller, and is refused before either is looked at.</summary>
    public static IApplicationBuilder UseSingleCredential(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Request.Headers;
        return headers[HeaderNames.Authorization].Count + headers[ApiKeyHeader].Count > 1
            ? TwoCredentials.ToProblem().ExecuteAsync(context)
            : next(context);
    });
}
