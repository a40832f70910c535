using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Who may register, and how passwords are hashed.</summary>
/// <param name="IsRegistrationOpen"><c>REGISTRATION</c>: open or closed.</param>
/// <param name="RequiresVerifiedEmail"><c>REQUIRE_VERIFIED_EMAIL</c>: no login before the mailbox is proved.</param>
/// <param name="BcryptCost"><c>BCRYPT_COST</c>, 10 to 16: two to this power rounds; one more doubles the time of a login.</param>
internal sealed record AccountOptions(bool IsRegistrationOpen, bool RequiresVerifiedEmail, int BcryptCost)
{
    public static AccountOptions Read(SettingsReader settings) => new(
        settings.Flag("REGISTRATION", otherwise: true, yes: "open", no: "closed"),
        settings.Flag("REQUIRE_VERIFIED_EMAIL", otherwise: false),
        settings.Number("BCRYPT_COST", otherwise: 12, least: 10, most: 16, "rounds (as a power of two)"));
}
