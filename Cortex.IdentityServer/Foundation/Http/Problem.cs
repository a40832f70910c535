using System.Globalization;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The response to a refused request: problem details (RFC 9457) and the headers that belong to them.</summary>
internal sealed class Problem(Refusal refusal) : IResult
{
    private const string ContentType = "application/problem+json";

    public Refusal Refusal { get; } = refusal;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Refusal.Status;
        if (response.StatusCode == StatusCodes.Status401Unauthorized || Refusal.Is(Problems.InsufficientScope))
        {
            response.Headers.WWWAuthenticate = Challenges.For(httpContext, Refusal);
        }

        if (Refusal.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Refusal.Limit is { } limit)
        {
            RateLimitHeaders.ShowTightest(httpContext, limit);
        }

        return response.WriteAsJsonAsync(Body(TraceId.Of(httpContext)), HttpJson.Default.ProblemBody, ContentType, httpContext.RequestAborted);
    }

    /// <summary>Returns only the body, which the OpenAPI document also shows as an example.</summary>
    public ProblemBody Body(string traceId) => new()
    {
        Type = "urn:cortex-identity:problem:" + Refusal.Code,
        Title = Refusal.Title,
        Status = Refusal.Status,
        Detail = Refusal.Detail,
        Code = Refusal.Code,
        TraceId = traceId,
        Errors = Refusal.Errors,
        TwoFactorToken = Refusal.TwoFactorToken,
    };
}
