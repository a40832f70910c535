using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The keys that sign access tokens: made, published, rotated.</summary>
internal static class SigningKeysFeature
{
    public static IServiceCollection AddSigningKeys(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(SigningOptions.Read(settings))
        .AddSingleton<SigningKeyCipher>()
        .AddSingleton<SigningKeyTable>()
        .AddSingleton<SigningKeySet>()
        .AddHostedService<SigningKeyRotation>();
}
