using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>The settings of the administration routes.</summary>
/// <param name="RequiresSecondFactor"><c>ADMIN_SECOND_FACTOR</c>: whether administrators must have a second factor.</param>
internal sealed record AdminOptions(bool RequiresSecondFactor)
{
    public static AdminOptions Read(SettingsReader settings) =>
        new(settings.ReadFlag("ADMIN_SECOND_FACTOR", defaultValue: true, yes: "required", no: "optional"));
}
