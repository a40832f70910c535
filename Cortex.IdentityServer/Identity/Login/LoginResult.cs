using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The outcome of a login, or of its second step.</summary>
internal abstract record LoginResult
{
    public sealed record Success(TokenResponse Tokens) : LoginResult;

    /// <summary>The password is right and a second factor is owed.</summary>
    public sealed record TwoFactorRequired(string Token) : LoginResult;

    /// <summary>Unknown email or wrong password: one answer for both.</summary>
    public sealed record InvalidCredentials : LoginResult;

    public sealed record InvalidCode : LoginResult;

    /// <summary>The challenge is unknown, too old, used, or died of wrong codes.</summary>
    public sealed record InvalidChallenge : LoginResult;

    /// <summary>The address, the account or its second factor has had too many failures: nothing is tried for this long.</summary>
    public sealed record Locked(TimeSpan RetryAfter) : LoginResult;

    /// <summary>The hashing line is full.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : LoginResult;

    /// <summary>Told only to who knows the password.</summary>
    public sealed record AccountDisabled : LoginResult;

    /// <inheritdoc cref="AccountDisabled"/>
    public sealed record EmailNotVerified : LoginResult;
}
