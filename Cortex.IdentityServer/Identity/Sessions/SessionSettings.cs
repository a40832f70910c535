using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Lifetimes and names of tokens.</summary>
/// <param name="Issuer"><c>iss</c>: PUBLIC_URL without a trailing slash.</param>
/// <param name="Audience"><c>aud</c>: JWT_AUDIENCE.</param>
/// <param name="IdleLifetime">A session that isn't refreshed for this long is over.</param>
/// <param name="AbsoluteLifetime">No session lives longer, however often it is refreshed.</param>
/// <param name="RefreshGrace">How long the direct parent of the live refresh token still gets the same child.</param>
/// <param name="RevocationGrace">How long a server that is cut off from PostgreSQL goes on accepting what it verified before.</param>
internal sealed record SessionSettings(
    string Issuer, string Audience, TimeSpan IdleLifetime, TimeSpan AbsoluteLifetime, TimeSpan RefreshGrace, TimeSpan RevocationGrace)
{
    /// <summary>Half an hour: <c>expires_in</c> is 1800.</summary>
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(30);

    /// <summary>How far the clocks of two machines may differ; the framework's default of five minutes would make a 30-minute token live 35.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>For how long a proof of identity counts as fresh for a sensitive change.</summary>
    public static readonly TimeSpan FreshAuthentication = TimeSpan.FromMinutes(10);

    public static SessionSettings Read(SettingsReader settings, Uri publicUrl)
    {
        var idle = settings.Number("REFRESH_IDLE_DAYS", otherwise: 30, least: 1, most: 365, "days");
        var absolute = settings.Number("REFRESH_ABSOLUTE_DAYS", otherwise: 90, least: 1, most: 3650, "days");
        if (absolute < idle)
        {
            settings.Refuse("REFRESH_ABSOLUTE_DAYS", "must not be shorter than REFRESH_IDLE_DAYS");
        }

        return new(
            publicUrl.AbsoluteUri.TrimEnd('/'),
            settings.Text("JWT_AUDIENCE") ?? "cortex",
            TimeSpan.FromDays(idle),
            TimeSpan.FromDays(absolute),
            TimeSpan.FromSeconds(settings.Number("REFRESH_GRACE_SECONDS", otherwise: 10, least: 0, most: 60, "seconds")),
            TimeSpan.FromSeconds(settings.Number("REVOCATION_GRACE_SECONDS", otherwise: 30, least: 0, most: 300, "seconds")));
    }
}
