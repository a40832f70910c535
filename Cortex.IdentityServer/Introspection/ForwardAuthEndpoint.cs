using System.ComponentModel;
using System.Security.Claims;
using System.Text;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Introspection;

/// <summary>Lets a reverse proxy ask about each request before it passes it on (nginx <c>auth_request</c>, Traefik, Caddy, Envoy).</summary>
internal static class ForwardAuthEndpoint
{
    /// <summary>Check a request for a reverse proxy</summary>
    /// <remarks>
    /// 204 with the caller in headers (<c>X-Auth-User-Id</c>, <c>X-Auth-Email</c>, <c>X-Auth-Tier</c>, <c>X-Auth-Scopes</c>), or 401.
    /// With <c>scope</c>, 403 unless the caller has that scope; access tokens have none. What an email holds beyond visible ASCII is
    /// percent-encoded, and so is a percent sign.
    /// </remarks>
    internal static Results<NoContent, Problem> VerifyRequest(
        [Description("A scope that the caller must have.")] string? scope, ClaimsPrincipal caller, HttpContext http)
    {
        if (scope is not null && !caller.HasScope(scope))
        {
            return Policies.MissingScope(HeaderText(scope));
        }

        var headers = http.Response.Headers;
        headers["X-Auth-User-Id"] = caller.FindFirstValue(CortexClaims.Subject);
        headers["X-Auth-Email"] = HeaderText(caller.FindFirstValue(CortexClaims.Email) ?? "");
        headers["X-Auth-Tier"] = HeaderText(caller.FindFirstValue(CortexClaims.Tier) ?? "");
        headers["X-Auth-Scopes"] = string.Join(' ', caller.Scopes().Select(HeaderText));
        return TypedResults.NoContent();
    }

    /// <summary>A header's value can't hold line ends or letters beyond ASCII. With the percent sign encoded too, no two texts look alike.</summary>
    private static string HeaderText(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var encoded = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            encoded = octet is > 0x20 and < 0x7F and not (byte)'%' ? encoded.Append((char)octet) : encoded.Append('%').Append(octet.ToString("X2", null));
        }

        return encoded.ToString();
    }
}
