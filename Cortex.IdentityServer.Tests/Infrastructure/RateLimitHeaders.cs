using System.Globalization;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>The rate limit headers of a response.</summary>
internal sealed record RateLimitHeaders(int Limit, int Remaining, int Reset)
{
    public static RateLimitHeaders Of(HttpResponseMessage answer) =>
        new(Number(answer, "RateLimit-Limit"), Number(answer, "RateLimit-Remaining"), Number(answer, "RateLimit-Reset"));

    private static int Number(HttpResponseMessage answer, string header)
    {
        Assert.True(answer.Headers.TryGetValues(header, out var values), $"{(int)answer.StatusCode} without {header}");
        return int.Parse(values.Single(), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
