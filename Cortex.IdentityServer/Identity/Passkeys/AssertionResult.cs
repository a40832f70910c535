using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The outcome of an assertion.</summary>
internal abstract record AssertionResult
{
    private AssertionResult()
    {
    }

    /// <param name="User">The owner of the passkey.</param>
    /// <param name="Passkey">The passkey with the authenticator's new signature counter, not stored yet.</param>
    /// <param name="IsUserVerified">Whether the authenticator verified its user (the UV flag).</param>
    public sealed record Accepted(User User, UserPasskeyInfo Passkey, bool IsUserVerified) : AssertionResult;

    /// <param name="Reason">The reason, for the log.</param>
    /// <param name="IsCountWrong">Whether the signature counter failed to increase, which suggests a cloned passkey.</param>
    public sealed record Refused(string Reason, bool IsCountWrong) : AssertionResult;
}
