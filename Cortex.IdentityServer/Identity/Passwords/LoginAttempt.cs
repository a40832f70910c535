namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>How often a login to one email failed lately, and how many are under way; kept whether the account exists or not.</summary>
internal sealed class LoginAttempt
{
    /// <summary>
    /// Keyed hash of what the failures are counted under (<see cref="LoginAccount.Count"/>): what strangers type is no business of the database.
    /// </summary>
    public required byte[] EmailHash { get; init; }

    /// <summary>Empty for the count that all strangers share; else a network from which the owner logged in, which has its own.</summary>
    public required string Network { get; init; }

    /// <summary>Wrong passwords in a row; a day without one forgets them.</summary>
    public int Failures { get; init; }

    /// <summary>Wrong passwords in a row that no day forgets, only a success, a reset or an administrator.</summary>
    public int InARow { get; init; }

    /// <summary>When the last ten of them were, oldest first.</summary>
    public DateTimeOffset[] RecentFailures { get; init; } = [];

    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>When the attempts began that have no outcome yet; an old one is of a process that died, and counts as a failure.</summary>
    public DateTimeOffset[] Pending { get; init; } = [];
}
