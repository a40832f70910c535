using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Writes the <c>RateLimit-*</c> headers. If several limits apply, they describe the one with the fewest requests left.</summary>
internal static class RateLimitHeaders
{
    public const string Limit = "RateLimit-Limit";
    public const string Remaining = "RateLimit-Remaining";
    public const string Reset = "RateLimit-Reset";

    /// <summary>Writes the decision's headers, unless an earlier decision of this request left fewer requests.</summary>
    public static void ShowTightest(HttpContext context, RateDecision decision)
    {
        if (context.Features.Get<Tightest>() is { Decision: var tightest }
            && (tightest.Remaining < decision.Remaining || (tightest.Remaining == decision.Remaining && tightest.Reset >= decision.Reset)))
        {
            return;
        }

        context.Features.Set(new Tightest(decision));
        Write(context.Response.Headers, decision);
    }

    /// <summary>Writes the headers again after the exception handler has cleared them.</summary>
    public static void WriteTo(HttpContext context)
    {
        if (context.Features.Get<Tightest>() is { } tightest)
        {
            Write(context.Response.Headers, tightest.Decision);
        }
    }

    private static void Write(IHeaderDictionary headers, RateDecision decision)
    {
        headers[Limit] = decision.Limit.ToString(CultureInfo.InvariantCulture);
        headers[Remaining] = decision.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[Reset] = decision.ResetSeconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A feature that keeps the tightest decision even if the response is cleared.</summary>
    private sealed record Tightest(RateDecision Decision);
}
