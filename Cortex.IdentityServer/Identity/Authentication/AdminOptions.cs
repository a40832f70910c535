using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>What the administration routes require of administrators.</summary>
/// <param name="RequiresSecondFactor"><c>ADMIN_SECOND_FACTOR</c>: <c>required</c> or <c>optional</c>.</param>
internal sealed record AdminOptions(bool RequiresSecondFactor)
{
    public static AdminOptions Read(SettingsReader settings) => new(settings.Flag("ADMIN_SECOND_FACTOR", defaultValue: true, yes: "required", no: "optional"));
}
