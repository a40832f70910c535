using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The settings of logins.</summary>
/// <param name="RequiresVerifiedEmail"><c>REQUIRE_VERIFIED_EMAIL</c>: whether users must verify their email before they can log in.</param>
internal sealed record LoginOptions(bool RequiresVerifiedEmail)
{
    public static LoginOptions Read(SettingsReader settings) => new(settings.ReadFlag("REQUIRE_VERIFIED_EMAIL", defaultValue: false));
}
