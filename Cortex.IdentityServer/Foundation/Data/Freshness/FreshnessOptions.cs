using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>Settings of the credential cache.</summary>
/// <param name="RevocationGrace">
/// <c>REVOCATION_GRACE_SECONDS</c>: how long a server that can't reach PostgreSQL keeps accepting credentials that it has already verified.
/// </param>
internal sealed record FreshnessOptions(TimeSpan RevocationGrace)
{
    public static FreshnessOptions Read(SettingsReader settings) =>
        new(TimeSpan.FromSeconds(settings.ReadNumber("REVOCATION_GRACE_SECONDS", defaultValue: 30, min: 0, max: 300, "seconds")));
}
