using System.ComponentModel;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Refreshes, lists, and ends sessions.</summary>
internal static class SessionEndpoints
{
    /// <summary>Refresh the access token</summary>
    /// <remarks>
    /// Uses up the refresh token and returns a new pair of tokens. For ten seconds, the same token returns the same new one again, so that two tabs or a lost
    /// response don't log the user out; using an older token ends the whole session (RFC 9700 section 4.14.2).
    ///
    /// Without a token in the body, the one in the refresh cookie is used, and the new one is returned in the cookie, regardless of <c>use_cookies</c>. If both
    /// are sent, the one in the body is used and the cookie stays unchanged. A rejected cookie is cleared.
    /// </remarks>
    internal static async Task<Results<Ok<TokenResponse>, Problem>> Refresh(
        RefreshRequest? body, RefreshCookie cookie, TokenPairs tokens, SessionRefresh refresh, RateCounter counter, SessionMetrics metrics, HttpContext http,
        CancellationToken cancellationToken)
    {
        // The client chose to send the token in the body, whereas the browser attaches the cookie on its own.
        if (body?.RefreshToken is { } sent)
        {
            return await ExchangeAsync(sent, tokens, refresh, counter, metrics, http, cancellationToken);
        }

        if (!cookie.IsSent(http.Request))
        {
            return Refusal.Invalid("refresh_token", "send it here, or in the refresh cookie").ToProblem();
        }

        if (cookie.CheckSet(http.Request) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (!cookie.TryRead(http.Request, out var cookieToken))
        {
            return RefreshCookie.DuplicateCookie.ToProblem();
        }

        // Never return it in the body: a script that can make the browser refresh must not obtain a token that it can't otherwise read.
        TokenResult.UseCookie(http, cookie);
        var answer = await ExchangeAsync(cookieToken, tokens, refresh, counter, metrics, http, cancellationToken);
        if (answer.Result is Problem { Refusal.Status: StatusCodes.Status401Unauthorized })
        {
            cookie.Clear(http);
        }

        return answer;
    }

    /// <summary>Log out</summary>
    /// <remarks>
    /// Ends this session immediately, with its refresh token and its access tokens. If a browser sends no access token because it has expired, the session of
    /// the refresh cookie ends. The cookie is cleared in either case.
    /// </remarks>
    internal static async Task<NoContent> LogOut(
        LogoutRequest? _, ClaimsPrincipal caller, SessionService sessions, RefreshCookie cookie, HttpContext http, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(caller.SessionId(), caller.UserId(), SessionEnd.Logout, http.Origin(), cancellationToken);
        cookie.ClearAtLogout(http);
        return TypedResults.NoContent();
    }

    /// <summary>Log out by the refresh cookie</summary>
    /// <remarks>A used token is accepted as long as its session is active; presenting it to refresh would end the session too.</remarks>
    internal static async Task<Results<NoContent, Problem>> LogOutByCookie(
        LogoutRequest? _, RefreshCookie cookie, TokenPairs tokens, SessionService sessions, HttpContext http, CancellationToken cancellationToken)
    {
        if (cookie.CheckUse(http.Request) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (!cookie.TryRead(http.Request, out var cookieToken))
        {
            return RefreshCookie.DuplicateCookie.ToProblem();
        }

        var hasEnded = tokens.TryRead(cookieToken, out var token) && await sessions.EndAsync(token, SessionEnd.Logout, http.Origin(), cancellationToken);
        cookie.ClearAtLogout(http);
        return hasEnded ? TypedResults.NoContent() : Problems.InvalidRefreshToken.ToProblem();
    }

    /// <summary>Log out everywhere</summary>
    /// <remarks>Ends every session of the caller, including this one, and clears the refresh cookie. API keys keep working.</remarks>
    internal static async Task<NoContent> LogOutEverywhere(
        LogoutRequest? _, ClaimsPrincipal caller, SessionService sessions, RefreshCookie cookie, HttpContext http, CancellationToken cancellationToken)
    {
        await sessions.EndEverywhereAsync(caller.UserId(), SessionEnd.LogoutAll, http.Origin(), cancellationToken);
        cookie.ClearAtLogout(http);
        return TypedResults.NoContent();
    }

    /// <summary>List the caller's sessions</summary>
    /// <remarks>
    /// Lists the active sessions: this one first, then the most recently used ones. An account can have at most 100: a further login ends the least recently
    /// used one.
    /// </remarks>
    internal static async Task<Ok<IReadOnlyList<SessionResponse>>> ListSessions(
        ClaimsPrincipal caller, SessionService sessions, CancellationToken cancellationToken)
    {
        var current = caller.SessionId();
        return TypedResults.Ok(SessionResponse.ListOf(await sessions.ListAsync(caller.UserId(), current, cancellationToken), current));
    }

    /// <summary>End a session</summary>
    /// <remarks>The refresh token and the access tokens of the session stop working immediately.</remarks>
    internal static async Task<Results<NoContent, Problem>> EndSession(
        [Description("The id of the session.")] Guid id, ClaimsPrincipal caller, SessionService sessions, HttpContext http,
        CancellationToken cancellationToken) =>
        await sessions.EndAsync(id, caller.UserId(), SessionEnd.EndedByUser, http.Origin(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound.ToProblem();

    private static async Task<Results<Ok<TokenResponse>, Problem>> ExchangeAsync(
        string text, TokenPairs tokens, SessionRefresh refresh, RateCounter counter, SessionMetrics metrics, HttpContext http,
        CancellationToken cancellationToken)
    {
        if (!tokens.TryRead(text, out var token))
        {
            metrics.Count(RefreshResult.Invalid.Instance);
            return Problems.InvalidRefreshToken.ToProblem();
        }

        // Only this server can create a token that passes this check, so other clients can't use up a session's rate limit.
        var decision = await counter.TakeAsync(RefreshLimits.PerSession, token.SessionId.ToString());
        RateLimitHeaders.ShowTightest(http, decision);
        if (!decision.Allowed)
        {
            return Refusal.RateLimited(decision.Reset).ToProblem();
        }

        var result = await refresh.RefreshAsync(token, () => http.Origin(), cancellationToken);
        metrics.Count(result);
        return result switch
        {
            RefreshResult.Refreshed refreshed => TokenResult.Of(http, refreshed.Tokens),
            RefreshResult.Reused => Problems.RefreshTokenReused.ToProblem(),
            _ => Problems.InvalidRefreshToken.ToProblem(),
        };
    }
}
