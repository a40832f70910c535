using System.Net;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The credential that a request carries. It alone determines which of the two authentication schemes handles the request.</summary>
/// <param name="Text">The access token or API key, not yet verified.</param>
/// <param name="Scheme">The scheme that the client used (<see cref="AuthenticationSchemes"/>).</param>
/// <param name="IsKey">
/// Whether it is an API key: one in <c>X-API-Key</c> or, on routes for OAuth clients, one sent as a client secret. Anything else is an access token.
/// </param>
internal sealed record PresentedCredential(string Text, string Scheme, bool IsKey)
{
    private const string BasicPrefix = "Basic ";
    private const string BearerPrefix = "Bearer ";

    /// <summary>Returns the request's credential, or null if it carries none.</summary>
    public static PresentedCredential? In(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.TryGetValue(AuthenticationSchemes.ApiKeyHeader, out var key))
        {
            return new(key.ToString(), AuthenticationSchemes.ApiKey, IsKey: true);
        }

        var header = headers.Authorization.ToString();
        if (After(BearerPrefix, header) is { Length: > 0 } token)
        {
            return new(
                token,
                AuthenticationSchemes.Bearer,
                token.StartsWith(AuthenticationSchemes.KeyPrefix, StringComparison.Ordinal) && AcceptsClientSecret(context));
        }

        return After(BasicPrefix, header) is { } basic && AcceptsClientSecret(context) ? new(SecretIn(basic), AuthenticationSchemes.Basic, IsKey: true) : null;
    }

    private static string? After(string scheme, string header) =>
        header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(scheme.Length).Trim().ToString() : null;

    private static bool AcceptsClientSecret(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<AcceptsClientSecret>() is not null;

    /// <summary>
    /// Returns the password, or an empty string if there is none. OAuth clients form-encode both parts (RFC 6749 section 2.3.1). The user name is ignored,
    /// because the key alone identifies its owner.
    /// </summary>
    private static string SecretIn(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var count))
        {
            return "";
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, count);
        return pair.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? WebUtility.UrlDecode(pair[(colon + 1)..]) : "";
    }
}
