namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>The outcome of asking Polar for the state of a user.</summary>
internal abstract record SyncResult
{
    private SyncResult()
    {
    }

    /// <summary>Polar knows the user, and nothing had been missed.</summary>
    public sealed record Unchanged : SyncResult
    {
        public static Unchanged Instance { get; } = new();

        private Unchanged()
        {
        }
    }

    /// <summary>Webhooks had been missed, and what they left behind was repaired.</summary>
    /// <param name="TierBefore">The user's tier before; null if it stays.</param>
    /// <param name="TierAfter">The user's tier now; null if it stays.</param>
    public sealed record Repaired(string? TierBefore, string? TierAfter) : SyncResult;

    /// <summary>Polar doesn't know the user, or the account was deleted here.</summary>
    public sealed record Unknown : SyncResult
    {
        public static Unknown Instance { get; } = new();

        private Unknown()
        {
        }
    }

    /// <summary>Polar's answer about this user can't be used.</summary>
    /// <param name="Reason">Why, without any data.</param>
    public sealed record Unusable(string Reason) : SyncResult;

    /// <summary>Polar couldn't be asked. Other users would fare the same.</summary>
    /// <param name="Reason">Why, without any data.</param>
    /// <param name="RetryAfter">How long to wait; null if that isn't known.</param>
    public sealed record Failed(string Reason, TimeSpan? RetryAfter) : SyncResult;
}
