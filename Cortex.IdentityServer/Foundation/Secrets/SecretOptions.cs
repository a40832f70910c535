using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The server's own secret.</summary>
/// <param name="SecretKeys">
/// <c>SECRET_KEY</c>: secrets from which all keys for encryption at rest and for opaque tokens are derived; several during a rotation.
/// </param>
internal sealed record SecretOptions(IReadOnlyList<byte[]> SecretKeys)
{
    /// <summary>Omits the secrets, so that they aren't printed by accident.</summary>
    public override string ToString() => nameof(SecretOptions);

    public static SecretOptions Read(SettingsReader settings) => new(SecretSetting.Read(settings, "SECRET_KEY", isNeeded: true));
}
