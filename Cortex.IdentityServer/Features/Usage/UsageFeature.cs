using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Registers and maps usage: the ledger, and its reports and exports.</summary>
internal static class UsageFeature
{
    public static IServiceCollection AddUsage(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(UsageOptions.Read(settings))
        .AddLedger()
        .AddJson<UsageJson>()
        .AddUsageSums()
        .AddSingleton<UsageReport>()
        .AddScoped<IUsageExport, UsageExport>();

    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        var usage = api.MapGroup("/api/v1/usage").WithTags("Usage");
        usage.MapLedger();
    }
}
