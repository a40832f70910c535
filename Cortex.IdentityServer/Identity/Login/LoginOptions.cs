using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Who may log in.</summary>
/// <param name="RequiresVerifiedEmail"><c>REQUIRE_VERIFIED_EMAIL</c>: no login before the mailbox is proved.</param>
internal sealed record LoginOptions(bool RequiresVerifiedEmail)
{
    public static LoginOptions Read(SettingsReader settings) => new(settings.Flag("REQUIRE_VERIFIED_EMAIL", otherwise: false));
}
