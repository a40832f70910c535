using System.ComponentModel;
using System.Security.Claims;
using System.Text;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The route that a reverse proxy calls to authorize each request before it forwards it (nginx <c>auth_request</c>, Traefik, Caddy, Envoy).</summary>
internal static class ForwardAuthEndpoint
{
    /// <summary>The operator's header, for proxies that append their client's path and query to the URL that they call.</summary>
    private const string RequiredScopes = "X-Auth-Require-Scope";

    /// <summary>Check a request for a reverse proxy</summary>
    /// <remarks>
    /// Responds with 204 and the caller in headers (<c>X-Auth-User-Id</c>, <c>X-Auth-Email</c>, <c>X-Auth-Tier</c>, <c>X-Auth-Scopes</c>), or with 401. With
    /// <c>scope</c>, it responds with 403 unless the caller has that scope; access tokens have none. In an email, percent signs and all characters other than
    /// visible ASCII are percent-encoded. Any method works like GET and any path below this one works like this one, because Envoy keeps its client's method
    /// and appends its client's path and query. For the same reason, the query is read at exactly this path only; the header is read everywhere. The body is
    /// ignored.
    /// </remarks>
    internal static Results<Allowed, Problem> VerifyRequest(
        ClaimsPrincipal caller,
        HttpContext http,
        [FromQuery, Description("A scope that the caller must have. If it is repeated, the caller must have all of them.")] string[]? scope = null,
        [FromHeader(Name = RequiredScopes), Description(
            "Scopes that the caller must have, separated by spaces or commas, in addition to those in the query.")] string? required = null,
        [FromQuery(Name = DenyStatus.Parameter), WordValue(DenyStatus.Unauthorized, DenyStatus.Forbidden), Description(
            "The status of refusals that aren't 401 or 403 (400 and 429), for proxies that know no others. X-Auth-Status has the original status.")]
        string? denyStatus = null)
    {
        if (DenyStatus.Check(denyStatus) is { } invalid)
        {
            return invalid.ToProblem();
        }

        if (FindMissingScope(caller, scope, required) is { } missing)
        {
            return Policies.MissingScope(EncodeHeaderValue(missing)).ToProblem();
        }

        WriteTo(http.Response.Headers, (KnownCaller)caller);
        return Allowed.Instance;
    }

    /// <summary>
    /// Returns the first required scope that the caller lacks, or null. A proxy's client can send the header too, which is harmless because an additional scope
    /// can only restrict access. An empty scope is the operator's mistake, so the request is refused.
    /// </summary>
    /// <remarks>
    /// Repeated headers arrive joined by commas. Splitting at commas and spaces keeps a client from merging its value with the operator's into another scope.
    /// </remarks>
    private static string? FindMissingScope(ClaimsPrincipal caller, string[]? scopes, string? required) =>
        (scopes ?? []).Concat(
            required is null ? [] : string.IsNullOrEmpty(required.Trim(' ', ',')) ? [""] : required.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(scope => !caller.HasScope(scope));

    private static void WriteTo(IHeaderDictionary headers, KnownCaller caller)
    {
        headers["X-Auth-User-Id"] = caller.Subject;
        headers["X-Auth-Email"] = EncodeHeaderValue(caller.Email ?? "");
        headers["X-Auth-Tier"] = EncodeHeaderValue(caller.Tier ?? "");
        headers["X-Auth-Scopes"] = caller.GrantedScopes switch
        {
            [] => "",
            [var only] => EncodeHeaderValue(only),
            var scopes => string.Join(' ', scopes.Select(EncodeHeaderValue)),
        };
    }

    /// <summary>
    /// Percent-encodes everything but visible ASCII, which header values can't carry. Encoding the percent sign too keeps the encoding unambiguous.
    /// </summary>
    private static string EncodeHeaderValue(string text)
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
