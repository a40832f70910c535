using System.Net;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An API key as a request carries it: in a header of its own or, at routes for OAuth clients, where those put a client's secret.</summary>
/// <param name="Text">The key, whatever it is worth.</param>
/// <param name="Scheme">How it came.</param>
internal sealed record PresentedKey(string Text, string Scheme)
{
    private const string BasicPrefix = "Basic ";

    /// <summary>Null where the request carries none.</summary>
    public static PresentedKey? In(HttpContext context)
    {
        var headers = context.Request.Headers;
        return headers.TryGetValue(AuthenticationSchemes.ApiKeyHeader, out var key) ? new(key.ToString(), AuthenticationSchemes.ApiKey)
            : context.GetEndpoint()?.Metadata.GetMetadata<TakesClientSecret>() is null ? null
            : headers.Authorization.ToString() is var header && header.StartsWith(BasicPrefix, StringComparison.OrdinalIgnoreCase)
                ? new(SecretIn(header[BasicPrefix.Length..].Trim()), AuthenticationSchemes.Basic)
            : AuthenticationSchemes.BearerIn(headers) is { } token && token.StartsWith(AuthenticationSchemes.KeyPrefix, StringComparison.Ordinal)
                ? new(token, AuthenticationSchemes.Bearer)
            : null;
    }

    /// <summary>
    /// The password; empty where there is none. OAuth clients encode both parts as forms do (RFC 6749 section 2.3.1). The user name is the client's own
    /// business: a key says by itself whose it is.
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
