using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Telemetry;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Registers sign-in sessions with their access and refresh tokens.</summary>
internal static class SessionsFeature
{
    /// <summary>How long an ended session is kept, so that the operator can investigate an incident.</summary>
    private static readonly TimeSpan EndedSessionRetention = TimeSpan.FromDays(30);

    public static IServiceCollection AddSessions(this IServiceCollection services, SettingsReader settings)
    {
        services.AddAuthentication().AddJwtBearer(AuthenticationSchemes.Bearer);
        return services
            .AddSingleton(SessionSettings.Read(settings))
            .AddLimits(RefreshLimits.PerAddress, RefreshLimits.PerSession, SensitiveLimits.PerAddress, SensitiveLimits.PerUser)
            .AddJson<SessionsJson>()
            .AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerAuthentication>()
            .AddSingleton<AccessTokens>()
            .AddSingleton<SessionStatusReader>()
            .AddSingleton<VerifiedTokens>()
            .AddSingleton<IObservedCache>(provider => provider.GetRequiredService<VerifiedTokens>())
            .AddMetrics<SessionMetrics>()
            .AddSingleton<TokenPairs>()
            .AddSingleton<RefreshRotations>()
            .AddSingleton<SessionRefresh>()
            .AddSingleton<SessionStart>()
            .AddSingleton<SessionLimit>()
            .AddSingleton<IExpiryRule>(provider => provider.GetRequiredService<SessionLimit>())
            .AddSingleton<IExpiryRule>(new ExpiryRule(
                "sessions", "sessions WHERE idle_expires_at < $1 OR expires_at < $1 OR ended_at < $1", EndedSessionRetention))
            .AddSingleton<IExpiryRule>(new ExpiryRule("devices", "login_devices WHERE last_login_at < $1", LoginDevice.KnownFor))
            .AddSingleton<RefreshCookie>()
            .AddSingleton<MatcherPolicy, RefreshCookieOnlyPolicy>()
            .AddScoped<SessionService>();
    }

    public static void MapSessions(this IEndpointRouteBuilder auth)
    {
        var tagged = auth.MapGroup("/").WithTags("Sessions");
        tagged.MapPost("/refresh", SessionEndpoints.Refresh)
            .AllowAnonymous()
            .LimitedBy(RefreshLimits.PerAddress)
            .AllowCookies()
            .WithRefusals(Problems.InvalidRefreshToken, Problems.RefreshTokenReused);

        // The OpenAPI document shows both routes as one operation.
        tagged.MapPost("/logout", SessionEndpoints.LogOutByCookie)
            .WhenRefreshCookieOnly()
            .AllowAnonymous()
            .LimitedBy(RefreshLimits.PerAddress)
            .ExcludeFromDescription();
        var sessions = tagged.MapGroup("/").RequireAuthorization(Policies.Session);
        sessions.MapPost("/logout", SessionEndpoints.LogOut).UnlessRefreshCookieOnly().LimitedBy(RefreshLimits.PerAddress)
            .WithRefusals(Problems.InvalidRefreshToken);
        sessions.MapPost("/logout/all", SessionEndpoints.LogOutEverywhere);
        sessions.MapGet("/sessions", SessionEndpoints.ListSessions);
        sessions.MapDelete("/sessions/{id:guid}", SessionEndpoints.EndSession).WithRefusals(Problems.NotFound).ReportsEndedSession();
    }
}
