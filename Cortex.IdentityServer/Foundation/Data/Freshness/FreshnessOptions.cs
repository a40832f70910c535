using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>How long something that is remembered may count.</summary>
/// <param name="RevocationGrace">
/// <c>REVOCATION_GRACE_SECONDS</c>: how long a server that is cut off from PostgreSQL goes on accepting what it verified before.
/// </param>
internal sealed record FreshnessOptions(TimeSpan RevocationGrace)
{
    public static FreshnessOptions Read(SettingsReader settings) =>
        new(TimeSpan.FromSeconds(settings.Number("REVOCATION_GRACE_SECONDS", otherwise: 30, least: 0, most: 300, "seconds")));
}
