using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>What administrators have to prove.</summary>
/// <param name="RequiresSecondFactor"><c>ADMIN_SECOND_FACTOR</c>: required or optional.</param>
internal sealed record AdminOptions(bool RequiresSecondFactor)
{
    public static AdminOptions Read(SettingsReader settings) => new(settings.Flag("ADMIN_SECOND_FACTOR", otherwise: true, yes: "required", no: "optional"));
}
