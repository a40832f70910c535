using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The lifetimes of sessions, and the audience of access tokens.</summary>
/// <param name="Audience"><c>aud</c>: JWT_AUDIENCE.</param>
/// <param name="IdleLifetime">How long a session lasts without a refresh.</param>
/// <param name="AbsoluteLifetime">The maximum lifetime of a session, however often it is refreshed.</param>
/// <param name="RefreshGrace">How long the direct predecessor of the current refresh token still gets the same successor.</param>
internal sealed record SessionSettings(string Audience, TimeSpan IdleLifetime, TimeSpan AbsoluteLifetime, TimeSpan RefreshGrace)
{
    /// <summary>How long an authentication counts as recent enough for a sensitive change.</summary>
    public static readonly TimeSpan FreshAuthentication = TimeSpan.FromMinutes(10);

    public static SessionSettings Read(SettingsReader settings)
    {
        var idle = settings.ReadNumber("REFRESH_IDLE_DAYS", defaultValue: 30, min: 1, max: 365, "days");
        var absolute = settings.ReadNumber("REFRESH_ABSOLUTE_DAYS", defaultValue: 90, min: 1, max: 3650, "days");
        if (absolute < idle)
        {
            settings.AddError("REFRESH_ABSOLUTE_DAYS", "must not be shorter than REFRESH_IDLE_DAYS");
        }

        return new(
            settings.ReadText("JWT_AUDIENCE") ?? "cortex",
            TimeSpan.FromDays(idle),
            TimeSpan.FromDays(absolute),
            TimeSpan.FromSeconds(settings.ReadNumber("REFRESH_GRACE_SECONDS", defaultValue: 10, min: 0, max: 60, "seconds")));
    }
}
