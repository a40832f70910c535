using System.Net;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The credential that a request carries. Which of the two schemes takes the request is decided here and nowhere else.</summary>
/// <param name="Text">The access token or the API key, whatever it is worth.</param>
/// <param name="Scheme">How it came (<see cref="AuthenticationSchemes"/>).</param>
/// <param name="IsKey">
/// Whether it is an API key: in a header of its own or, at routes for OAuth clients, where those put a client's secret. Anything else is an access token.
/// </param>
internal sealed record PresentedCredential(string Text, string Scheme, bool IsKey)
{
    private const string BasicPrefix = "Basic ";
    private const string BearerPrefix = "Bearer ";

    /// <summary>Null where the request carries none.</summary>
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
                token, AuthenticationSchemes.Bearer, token.StartsWith(AuthenticationSchemes.KeyPrefix, StringComparison.Ordinal) && TakesClientSecret(context));
        }

        return After(BasicPrefix, header) is { } basic && TakesClientSecret(context) ? new(SecretIn(basic), AuthenticationSchemes.Basic, IsKey: true) : null;
    }

    private static string? After(string scheme, string header) =>
        header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(scheme.Length).Trim().ToString() : null;

    private static bool TakesClientSecret(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<TakesClientSecret>() is not null;

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
