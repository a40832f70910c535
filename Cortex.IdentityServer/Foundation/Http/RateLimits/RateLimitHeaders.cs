using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Tells the client how many requests are left. Where several limits apply, the tightest is shown.</summary>
internal static class RateLimitHeaders
{
    public const string Limit = "RateLimit-Limit";
    public const string Remaining = "RateLimit-Remaining";
    public const string Reset = "RateLimit-Reset";

    /// <summary>Shows a decision, unless one with less left was noted before.</summary>
    public static void Note(HttpContext context, RateDecision decision)
    {
        if (context.Features.Get<Noted>() is { Decision: var tightest }
            && (tightest.Remaining < decision.Remaining || (tightest.Remaining == decision.Remaining && tightest.Reset >= decision.Reset)))
        {
            return;
        }

        context.Features.Set(new Noted(decision));
        Write(context.Response.Headers, decision);
    }

    /// <summary>Writes them again, after a failure has cleared the headers.</summary>
    public static void WriteTo(HttpContext context)
    {
        if (context.Features.Get<Noted>() is { } tightest)
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

    /// <summary>Survives what clears the answer.</summary>
    private sealed record Noted(RateDecision Decision);
}
