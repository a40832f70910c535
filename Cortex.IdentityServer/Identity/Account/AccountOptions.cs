using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Who may register.</summary>
/// <param name="IsRegistrationOpen"><c>REGISTRATION</c>: whether registration is open or closed.</param>
internal sealed record AccountOptions(bool IsRegistrationOpen)
{
    public static AccountOptions Read(SettingsReader settings) => new(settings.Flag("REGISTRATION", otherwise: true, yes: "open", no: "closed"));
}
