using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Returns the tokens of a session, with the refresh token in the body or in the cookie.</summary>
internal static class TokenResult
{
    public static Ok<TokenResponse> Of(HttpContext http, TokenResponse tokens)
    {
        if (http.Features.Get<CookieDelivery>() is not { Cookie: var cookie } || tokens.RefreshToken is not { } refreshToken)
        {
            return TypedResults.Ok(tokens);
        }

        cookie.Set(http, refreshToken, tokens.RefreshExpiresIn);
        return TypedResults.Ok(tokens with { RefreshToken = null });
    }

    /// <summary>Puts the refresh token of this response into the cookie. The caller has checked that the request may use it.</summary>
    public static void UseCookie(HttpContext http, RefreshCookie cookie) => http.Features.Set(new CookieDelivery(cookie));

    private sealed record CookieDelivery(RefreshCookie Cookie);
}
