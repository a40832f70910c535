using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.Usage.Retention;

/// <summary>Registers the rule that deletes old usage.</summary>
internal static class RetentionFeature
{
    public static IServiceCollection AddUsageRetention(this IServiceCollection services) => services.AddSingleton<IExpiryRule, UsageRetention>();
}
