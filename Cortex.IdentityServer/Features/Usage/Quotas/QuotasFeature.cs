using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Features.Usage.Reports;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Authentication;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Registers and maps quotas.</summary>
internal static class QuotasFeature
{
    public static IServiceCollection AddQuotas(this IServiceCollection services, SettingsReader settings) => services
        .AddJson<QuotasJson>()
        .AddSingleton(QuotaOptions.Read(settings))
        .AddSingleton<QuotaRules>()
        .AddSingleton<QuotaSumsReader>()
        .AddSingleton<QuotaBook>()
        .AddSingleton<IUsageObserver>(provider => provider.GetRequiredService<QuotaBook>())
        .AddSingleton(provider => new QuotaGate(
            provider.GetRequiredService<QuotaBook>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetService<SharedWindows>() is { } redis ? new SharedQuotas(redis) : null))
        .AddSingleton<QuotaReader>()
        .AddSingleton<QuotaNotices>()
        .AddSingleton<IUsageFolded>(provider => provider.GetRequiredService<QuotaNotices>())
        .AddHostedService<MissedNotices>()
        .AddSingleton<IExpiryRule>(new ExpiryRule("quota notices", QuotaNotices.Expired, QuotaNotices.Retention))
        .AddSingleton<UsageMeter>()
        .AddSingleton<IRefusalHeaders>(provider => provider.GetRequiredService<UsageMeter>());

    /// <summary>Adds the middleware that records metered requests and applies quotas. It must run after authorization.</summary>
    public static void UseUsageMeter(this IApplicationBuilder app)
    {
        var meter = app.ApplicationServices.GetRequiredService<UsageMeter>();
        app.Use(next => context => meter.InvokeAsync(context, next));
    }

    public static void MapQuotas(this IEndpointRouteBuilder usage) =>
        usage.MapGet("/quota", QuotaEndpoints.GetQuota)
            .RequireAuthorization(Policies.SessionOrKey)
            .LimitedBy(UsageLimits.PerAddress, UsageLimits.PerUser);
}
