using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Registers the bcrypt engine, the hasher that Identity uses, and the hashing queue.</summary>
internal static class HashingServices
{
    public static IServiceCollection AddHashing(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(HashingOptions.Read(settings))
        .AddSingleton(provider => BcryptEngines.Choose(provider.GetRequiredService<ILogger<BcryptEngine>>()))
        .AddSingleton(provider => new BcryptPasswordHasher(
            provider.GetRequiredService<BcryptEngine>(), provider.GetRequiredService<HashingOptions>().BcryptCost))
        .AddSingleton<HashingMetrics>()
        .AddSingleton<IObservedMetrics, HashingQueueMetrics>()
        .AddSingleton<HashingQueue>()
        .AddHostedService(provider => provider.GetRequiredService<HashingQueue>());
}
