using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>Registers the removal of deleted accounts' usage and of revoked keys without usage.</summary>
internal static class RemovalFeature
{
    public static IServiceCollection AddUsageRemoval(this IServiceCollection services) => services
        .AddSingleton<RemovalSignal>()
        .AddScoped<IUsageRemoval, UsageRemoval>()
        .AddHostedService<DeletedAccounts>()
        .AddSingleton<IExpiryRule, UnusedKeys>();
}
