using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The outcome of an assertion.</summary>
internal abstract record AssertionResult
{
    private AssertionResult()
    {
    }

    /// <param name="User">Whose passkey it is.</param>
    /// <param name="Passkey">With the authenticator's new count, not stored yet.</param>
    /// <param name="IsUserVerified">Whether the authenticator checked that it is its owner (UV).</param>
    public sealed record Accepted(User User, UserPasskeyInfo Passkey, bool IsUserVerified) : AssertionResult;

    /// <param name="Reason">For the log.</param>
    /// <param name="IsCountWrong">The count of signatures didn't rise: there may be a copy of the passkey.</param>
    public sealed record Refused(string Reason, bool IsCountWrong) : AssertionResult;
}
