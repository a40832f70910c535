using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>Registers subscriptions, and the tiers that follow from them.</summary>
internal static class SubscriptionsFeature
{
    public static IServiceCollection AddSubscriptions(this IServiceCollection services) => services
        .AddSingleton(provider => RulesOf(provider.GetRequiredService<BillingOptions>(), provider.GetRequiredService<TierOptions>()))
        .AddSingleton<LinkedCustomers>()
        .AddScoped<SubscriptionTable>()
        .AddScoped<AccountBilling>()
        .AddHostedService<TierExpiry>();

    /// <summary>Tiers whose API keys have the same limit are ranked in the order in which they are listed.</summary>
    private static BillingRules RulesOf(BillingOptions options, TierOptions tiers) => new(
        options.PolarProducts,
        tiers.Names.OrderBy(tier => tiers.LimitOf(tier).Permits).Index().ToDictionary(tier => tier.Item, tier => tier.Index),
        options.PastDueGrace);
}
