using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Registers the keys that sign access tokens, with their publication and rotation.</summary>
internal static class SigningKeysFeature
{
    public static IServiceCollection AddSigningKeys(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(SigningOptions.Read(settings))
        .AddSingleton<SigningKeyCipher>()
        .AddSingleton<SigningKeyTable>()
        .AddSingleton<SigningKeySet>()
        .AddHostedService<SigningKeyRotation>();
}
