using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing;

public sealed class PolarLimiterTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("https://api.polar.sh", 500)]
    [InlineData("https://sandbox-api.polar.sh", 100)]
    public async Task Background_work_leaves_a_part_of_the_limit_to_people(string url, int limit)
    {
        var limiter = Limiter(url);

        Assert.Equal(limit * 60 / 100, await CountAsync(limiter, PolarPriority.Background));
        Assert.Equal(limit * 40 / 100, await CountAsync(limiter, PolarPriority.People));
        Assert.Equal(0, await CountAsync(limiter, PolarPriority.Background));

        app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(limit, await CountAsync(limiter, PolarPriority.People));
        Assert.Equal(0, await CountAsync(limiter, PolarPriority.Background));
    }

    [Fact]
    public async Task Who_gets_no_permit_is_told_when_to_come_back()
    {
        var limiter = Limiter("https://api.polar.sh");
        await CountAsync(limiter, PolarPriority.People);

        using var lease = await limiter.AcquireAsync(PolarPriority.People);

        Assert.False(lease.IsAcquired);
        Assert.True(lease.TryGetMetadata(System.Threading.RateLimiting.MetadataName.RetryAfter, out var wait));
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    private PolarLimiter Limiter(string url) => new(
        app.Services.GetRequiredService<BillingOptions>() with { PolarApiUrl = new(url) },
        new RateCounter(app.Services.GetRequiredService<RateLimitOptions>(), new LocalWindows(app.Clock), app.Services.GetRequiredService<RateLimitMetrics>()),
        app.Clock);

    private static async Task<int> CountAsync(PolarLimiter limiter, PolarPriority priority)
    {
        for (var count = 0; ; count++)
        {
            using var lease = await limiter.AcquireAsync(priority);
            if (!lease.IsAcquired)
            {
                return count;
            }
        }
    }
}
