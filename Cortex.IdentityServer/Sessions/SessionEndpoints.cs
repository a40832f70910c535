using System.ComponentModel;
using System.Security.Claims;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Sessions;

/// <summary>Refresh, logout, and the list of logins.</summary>
internal static class SessionEndpoints
{
    /// <summary>Refresh the access token</summary>
    /// <remarks>
    /// Spends the refresh token and gives a new pair. The token just spent gets the same new one again for ten seconds, so that two tabs
    /// or a lost answer log nobody out; any older one ends the whole session (RFC 9700 section 4.14.2).
    /// </remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> Refresh(
        RefreshRequest body, TokenPairs tokens, SessionRefresh refresh, RateCounter counter, HttpContext http, CancellationToken cancellationToken)
    {
        if (!tokens.TryRead(body.RefreshToken, out var token))
        {
            return (Problem)Problems.InvalidRefreshToken;
        }

        // Only the server writes a token that is read, so a stranger can't use up a session's permits.
        var decision = await counter.TakeAsync(RateLimits.RefreshSession, token.SessionId.ToString());
        RateLimitHeaders.Note(http, decision);
        return !decision.Allowed
            ? Problem.RateLimited(decision.Reset)
            : await refresh.RefreshAsync(token, () => Client.Of(http), cancellationToken) switch
            {
                RefreshResult.Refreshed refreshed => TypedResults.Ok(refreshed.Tokens),
                RefreshResult.Reused => (Problem)Problems.RefreshTokenReused,
                _ => (Problem)Problems.InvalidRefreshToken,
            };
    }

    /// <summary>Log out</summary>
    /// <remarks>Ends this session at once: its refresh token and its access tokens.</remarks>
    internal static async Task<NoContent> LogOut(LogoutRequest? body, ClaimsPrincipal caller, SessionService sessions, HttpContext http, CancellationToken cancellationToken)
    {
        _ = body;
        await sessions.EndAsync(caller.SessionId(), caller.UserId(), SessionEnd.Logout, Client.Of(http), cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Log out everywhere</summary>
    /// <remarks>Ends every session of the caller, this one too. API keys go on.</remarks>
    internal static async Task<NoContent> LogOutEverywhere(LogoutRequest? body, ClaimsPrincipal caller, SessionService sessions, HttpContext http, CancellationToken cancellationToken)
    {
        _ = body;
        await sessions.EndAllAsync(caller.UserId(), except: null, SessionEnd.LogoutAll, Client.Of(http), cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>List the caller's sessions</summary>
    /// <remarks>The logins that can still be used, newest first.</remarks>
    internal static async Task<Ok<IReadOnlyList<SessionResponse>>> ListSessions(
        ClaimsPrincipal caller, SessionService sessions, CancellationToken cancellationToken)
    {
        var current = caller.SessionId();
        var list = await sessions.ListAsync(caller.UserId(), cancellationToken);
        return TypedResults.Ok<IReadOnlyList<SessionResponse>>([.. list.Select(session => new SessionResponse(
            session.Id, session.CreatedAt, session.LastActiveAt, session.RefreshExpiresAt, session.Ip?.ToString(), session.UserAgent, session.Id == current))]);
    }

    /// <summary>End a session</summary>
    /// <remarks>Its refresh token and its access tokens are refused from the next request on.</remarks>
    internal static async Task<Results<NoContent, Problem>> EndSession(
        [Description("The id of the session.")] Guid id, ClaimsPrincipal caller, SessionService sessions, HttpContext http, CancellationToken cancellationToken) =>
        await sessions.EndAsync(id, caller.UserId(), SessionEnd.EndedByUser, Client.Of(http), cancellationToken)
            ? TypedResults.NoContent()
            : (Problem)Problems.NotFound;
}
