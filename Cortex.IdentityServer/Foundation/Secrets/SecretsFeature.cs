using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>Registers the keys that are derived from <c>SECRET_KEY</c>.</summary>
internal static class SecretsFeature
{
    public static IServiceCollection AddSecrets(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(SecretOptions.Read(settings))
        .AddSingleton(provider => new SecretKeys(provider.GetRequiredService<SecretOptions>().SecretKeys));
}
