using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Features.Usage.Removal;
using Cortex.IdentityServer.Features.Usage.Reports;
using Cortex.IdentityServer.Features.Usage.Retention;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Registers and maps usage: the ledger, its sums, its reports and exports, and quotas.</summary>
internal static class UsageFeature
{
    public static IServiceCollection AddUsage(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(UsageOptions.Read(settings))
        .AddLedger()
        .AddUsageSums()
        .AddUsageRetention()
        .AddUsageRemoval()
        .AddReports()
        .AddQuotas(settings);

    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        var usage = api.MapGroup("/api/v1/usage").WithTags("Usage");
        usage.MapLedger();
        usage.MapReports();
        usage.MapQuotas();
    }
}
