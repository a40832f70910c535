using System.Security.Claims;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Sessions;

/// <summary>The bearer scheme: a JWT that holds, of a session that lives; anything else is a 401 that says why (RFC 6750 section 3).</summary>
internal sealed class BearerAuthentication(AccessTokens tokens) : IConfigureNamedOptions<JwtBearerOptions>
{
    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != AuthenticationSchemes.Bearer)
        {
            return;
        }

        options.MapInboundClaims = false;
        options.TokenValidationParameters = tokens.Validation;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(AccessTokens.Handler);
        options.Events = new JwtBearerEvents { OnTokenValidated = RefuseEndedSession, OnChallenge = Challenge };
    }

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    private static async Task RefuseEndedSession(TokenValidatedContext context)
    {
        var identity = (ClaimsIdentity)context.Principal!.Identity!;
        if (!AccessTokens.Names(identity))
        {
            context.Fail(new Refusal(Problems.InvalidToken));
            return;
        }

        var sessions = context.HttpContext.RequestServices.GetRequiredService<LiveSessions>();
        switch (await sessions.StandingAsync(context.Principal.SessionId(), context.Principal.UserId(), context.HttpContext.RequestAborted))
        {
            case SessionStanding.Live live:
                Renew(identity, live.User);
                break;
            case SessionStanding.Ended:
                context.Fail(new Refusal(Problems.SessionRevoked));
                break;
            case SessionStanding.AccountDisabled:
                context.Fail(new Refusal(Problems.AccountDisabled));
                break;
        }
    }

    /// <summary>What the token says of its user is up to 30 minutes old; a role that was taken away, or a tier, counts as it is now.</summary>
    private static void Renew(ClaimsIdentity identity, SessionUser user)
    {
        foreach (var stale in identity.FindAll(claim => claim.Type is CortexClaims.Roles or CortexClaims.Email or CortexClaims.Tier).ToList())
        {
            identity.RemoveClaim(stale);
        }

        identity.AddClaims([new(CortexClaims.Email, user.Email), new(CortexClaims.Tier, user.Tier), .. user.Roles.Select(role => new Claim(CortexClaims.Roles, role))]);
    }

    private static Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        return Explain(context.AuthenticateFailure).ExecuteAsync(context.HttpContext);
    }

    private static Problem Explain(Exception? failure)
    {
        if (failure is null)
        {
            return Problems.Unauthenticated;
        }

        var code = failure switch
        {
            Refusal refusal => refusal.Code,
            SecurityTokenExpiredException => Problems.TokenExpired,
            _ => Problems.InvalidToken,
        };

        // With a token that names a disabled account one isn't authenticated any longer, rather than forbidden something.
        return new(code) { Status = StatusCodes.Status401Unauthorized, Challenge = $"Bearer error=\"invalid_token\", error_description=\"{code.Title}\"" };
    }

    private sealed class Refusal(ProblemCode code) : AuthenticationFailureException(code.Title)
    {
        public ProblemCode Code { get; } = code;
    }
}
