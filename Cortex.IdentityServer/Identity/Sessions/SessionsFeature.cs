using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Logins that last: access and refresh tokens.</summary>
internal static class SessionsFeature
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddAuthentication().AddJwtBearer(AuthenticationSchemes.Bearer);
        return services
            .AddJson<SessionsJson>()
            .AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerAuthentication>()
            .AddSingleton<SigningKeyCipher>()
            .AddSingleton<SigningKeyTable>()
            .AddSingleton<SigningKeySet>()
            .AddHostedService<SigningKeyRotation>()
            .AddSingleton<AccessTokens>()
            .AddSingleton<LiveSessions>()
            .AddSingleton<VerifiedTokens>()
            .AddSingleton<TokenPairs>()
            .AddSingleton<RefreshRotations>()
            .AddSingleton<SessionRefresh>()
            .AddSingleton<SessionStart>()
            .AddSingleton<SessionLimit>()
            .AddSingleton<RefreshCookie>()
            .AddSingleton<MatcherPolicy, CookieAlonePolicy>()
            .AddScoped<SessionService>();
    }

    public static void MapSessions(this IEndpointRouteBuilder auth)
    {
        var tagged = auth.MapGroup("/").WithTags("Sessions");
        tagged.MapPost("/refresh", SessionEndpoints.Refresh)
            .AllowAnonymous()
            .LimitedBy(RateLimits.Refresh)
            .MayUseCookies()
            .Refuses(Problems.InvalidRefreshToken, Problems.RefreshTokenReused);

        // In the document both are one operation.
        tagged.MapPost("/logout", SessionEndpoints.LogOutByCookie)
            .WithRefreshCookieAlone()
            .AllowAnonymous()
            .LimitedBy(RateLimits.Refresh)
            .ExcludeFromDescription();
        var sessions = tagged.MapGroup("/").RequireAuthorization(Policies.Session);
        sessions.MapPost("/logout", SessionEndpoints.LogOut).UnlessRefreshCookieAlone().LimitedBy(RateLimits.Refresh).Refuses(Problems.InvalidRefreshToken);
        sessions.MapPost("/logout/all", SessionEndpoints.LogOutEverywhere);
        sessions.MapGet("/sessions", SessionEndpoints.ListSessions);
        sessions.MapDelete("/sessions/{id:guid}", SessionEndpoints.EndSession).Refuses(Problems.NotFound).TellsVanishedOwners();
    }
}
