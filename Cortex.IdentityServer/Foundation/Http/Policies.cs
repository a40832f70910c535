namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The names of authorization policies. Every route has one of them or allows anonymous callers.</summary>
/// <remarks>
/// There is no fallback policy, because it would answer 401 for unknown paths and methods; a test finds routes without a policy. There is no default
/// scheme either, so anonymous routes ignore credentials.
/// </remarks>
internal static class Policies
{
    /// <summary>Requires an access token. API keys are refused.</summary>
    public const string Session = "session";

    /// <summary>Requires an access token or an API key.</summary>
    public const string SessionOrKey = "session_or_key";

    /// <summary>Requires an API key. Access tokens are refused.</summary>
    public const string ApiKey = "api_key";

    /// <summary>Requires an API key with the scope <c>introspect</c>, or an administrator with a second factor.</summary>
    public const string Introspect = "introspect";

    /// <summary>Requires an administrator with a second factor.</summary>
    public const string Admin = "admin";

    /// <summary>Requires an administrator or a member of the support staff, with a second factor.</summary>
    public const string Support = "support";

    /// <summary>The refusal for an authenticated caller without a second factor. It is 403 rather than 401, because the caller is known.</summary>
    public static Refusal SecondFactorRequired => Problems.TwoFactorRequired with
    {
        Status = StatusCodes.Status403Forbidden,
        Detail = "Administration requires a second factor: enable two-factor authentication (/api/v1/auth/2fa/enable), or log in with a passkey that "
            + "verifies a PIN, fingerprint, or face.",
    };

    /// <summary>Returns the refusal for a credential without a required scope.</summary>
    /// <param name="scope">The scope, in printable ASCII.</param>
    public static Refusal MissingScope(string scope) => Problems.InsufficientScope with
    {
        Detail = $"This credential lacks the scope \"{scope}\".",

        // Leave out characters that RFC 6750 section 3 doesn't allow in the quoted string.
        Scope = scope.Length > 0 && !scope.AsSpan().ContainsAny('"', '\\') ? scope : null,
    };
}
