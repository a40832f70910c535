using System.Globalization;

namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>Tells the client what is left (contract 3). Where several limits apply, the tightest shows.</summary>
internal static class RateLimitHeaders
{
    public const string Limit = "RateLimit-Limit";
    public const string Remaining = "RateLimit-Remaining";
    public const string Reset = "RateLimit-Reset";

    private static readonly object Noted = new();

    /// <summary>Shows a decision, unless one with less left was noted before.</summary>
    public static void Note(HttpContext context, RateDecision decision)
    {
        if (context.Items[Noted] is RateDecision tightest
            && (tightest.Remaining < decision.Remaining || (tightest.Remaining == decision.Remaining && tightest.Reset >= decision.Reset)))
        {
            return;
        }

        context.Items[Noted] = decision;
        Write(context.Response.Headers, decision);
    }

    /// <summary>Writes them again, after a failure has cleared the headers.</summary>
    public static void WriteTo(HttpContext context)
    {
        if (context.Items[Noted] is RateDecision tightest)
        {
            Write(context.Response.Headers, tightest);
        }
    }

    private static void Write(IHeaderDictionary headers, RateDecision decision)
    {
        headers[Limit] = decision.Limit.ToString(CultureInfo.InvariantCulture);
        headers[Remaining] = decision.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[Reset] = decision.ResetSeconds.ToString(CultureInfo.InvariantCulture);
    }
}
