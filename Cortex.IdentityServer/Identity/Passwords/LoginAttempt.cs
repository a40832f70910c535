namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The recent login failures and pending attempts for one email, recorded whether or not the account exists.</summary>
internal sealed class LoginAttempt
{
    /// <summary>
    /// The keyed hash of the key under which failures are counted (<see cref="LoginAccount.Count"/>). The database doesn't store the emails that clients enter.
    /// </summary>
    public required byte[] EmailHash { get; init; }

    /// <summary>
    /// A network from which the owner logged in, which has its own count, or an empty string for the count that all unknown networks share.
    /// </summary>
    public required string Network { get; init; }

    /// <summary>Consecutive wrong passwords. The count is reset after a day without one.</summary>
    public int Failures { get; init; }

    /// <summary>Consecutive wrong passwords, reset only by a successful login, a password reset, or an administrator.</summary>
    public int InARow { get; init; }

    /// <summary>The times of the last ten failures, oldest first.</summary>
    public DateTimeOffset[] RecentFailures { get; init; } = [];

    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>The start times of the pending attempts. An old one belongs to a process that crashed, and counts as a failure.</summary>
    public DateTimeOffset[] Pending { get; init; } = [];
}
