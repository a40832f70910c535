using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The settings of registration.</summary>
/// <param name="IsRegistrationOpen"><c>REGISTRATION</c>: whether registration is open or closed.</param>
internal sealed record AccountOptions(bool IsRegistrationOpen)
{
    public static AccountOptions Read(SettingsReader settings) => new(settings.ReadFlag("REGISTRATION", defaultValue: true, yes: "open", no: "closed"));
}
