using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Registers the reports and exports of usage.</summary>
internal static class UsageFeature
{
    public static IServiceCollection AddUsage(this IServiceCollection services) => services
        .AddJson<UsageJson>()
        .AddSingleton<UsageReport>()
        .AddScoped<IUsageExport, UsageExport>();
}
