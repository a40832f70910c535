namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Who may call what. Every route names one of these or is open to anyone.</summary>
/// <remarks>
/// No fallback policy: it would answer 401 to paths and methods that don't exist. A test finds a route without a policy.
/// No default scheme either: a route that is open to anyone never looks at a credential.
/// </remarks>
internal static class Policies
{
    /// <summary>A person with an access token; an API key can't do what its owner does here.</summary>
    public const string Session = "session";

    /// <summary>Either credential.</summary>
    public const string SessionOrKey = "session_or_key";

    /// <summary>May ask about tokens and keys of others: a key with the scope <c>introspect</c>, or an administrator with a second factor.</summary>
    public const string Introspect = "introspect";

    /// <summary>An administrator with a second factor.</summary>
    public const string Admin = "admin";

    /// <summary>An administrator or a member of the support staff, with a second factor.</summary>
    public const string Support = "support";

    /// <summary>Who asks is known and may come back with a second factor, so it is 403 and not the 401 of a login.</summary>
    public static Refusal NeedsSecondFactor => Problems.TwoFactorRequired with
    {
        Status = StatusCodes.Status403Forbidden,
        Detail = "Administration needs a second factor: turn on two-factor authentication (/api/v1/auth/2fa/enable), or log in with a passkey that checks "
            + "its PIN, finger or face.",
    };

    /// <param name="scope">As it can be shown in an answer: visible ASCII.</param>
    public static Refusal MissingScope(string scope) => Problems.InsufficientScope with
    {
        Detail = $"This credential lacks the scope \"{scope}\".",

        // What RFC 6750 section 3 allows in a quoted string, which needs no escape then.
        Scope = scope.Length > 0 && !scope.AsSpan().ContainsAny('"', '\\') ? scope : null,
    };
}
