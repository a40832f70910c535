using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Registers the bcrypt engine, the hasher that Identity uses, and the hashing queue.</summary>
internal static class HashingServices
{
    public static IServiceCollection AddHashing(this IServiceCollection services) => services
        .AddSingleton(provider => BcryptEngines.Choose(provider.GetRequiredService<ILogger<BcryptEngine>>()))
        .AddSingleton(provider => new BcryptPasswordHasher(
            provider.GetRequiredService<BcryptEngine>(), provider.GetRequiredService<AccountOptions>().BcryptCost))
        .AddSingleton<HashingQueue>()
        .AddHostedService(provider => provider.GetRequiredService<HashingQueue>());
}
