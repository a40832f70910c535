using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>What a subject has used: the sums of the ledger, and the metered requests that aren't in it yet.</summary>
internal sealed class QuotaCount(QuotaSubject subject, QuotaSums ledger)
{
    private QuotaSums _ledger = ledger;
    private long _waiting;

    /// <summary>Whose usage of which time is counted.</summary>
    public QuotaSubject Subject => subject;

    /// <summary>Protects this count. All members that end in <c>Locked</c> require it, and code that needs two counts locks the user's first.</summary>
    public Lock Lock { get; } = new();

    /// <summary>When the count was last needed, as a timestamp. Two requests may race to set it, which does no harm.</summary>
    public long NeededAt { get; set; }

    /// <summary>The sums, including the requests that aren't in the ledger yet.</summary>
    public QuotaSums Used
    {
        get
        {
            lock (Lock)
            {
                return UsedLocked;
            }
        }
    }

    /// <inheritdoc cref="Used"/>
    public QuotaSums UsedLocked => _ledger with { Requests = _ledger.Requests + _waiting };

    /// <summary>The number of requests in the ledger.</summary>
    public long RecordedRequests
    {
        get
        {
            lock (Lock)
            {
                return _ledger.Requests;
            }
        }
    }

    /// <summary>Whether metered requests are counted that aren't in the ledger yet.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (Lock)
            {
                return _waiting > 0;
            }
        }
    }

    /// <summary>Sets the sums that were read from the ledger. No usage of this server is added to the ledger meanwhile.</summary>
    public void Set(QuotaSums recorded)
    {
        lock (Lock)
        {
            _ledger = recorded;
        }
    }

    /// <summary>Whether one more request is within the limits.</summary>
    public bool Allows(QuotaLimits limits)
    {
        lock (Lock)
        {
            return AllowsLocked(limits);
        }
    }

    /// <inheritdoc cref="Allows"/>
    public bool AllowsLocked(QuotaLimits limits) => !(_ledger.Requests + _waiting >= limits.Requests || _ledger.TokensUsed >= limits.TokensUsed
        || _ledger.CostMicros >= limits.CostMicros);

    /// <summary>Counts a metered request before it is in the ledger.</summary>
    public void Take()
    {
        lock (Lock)
        {
            TakeLocked();
        }
    }

    /// <inheritdoc cref="Take"/>
    public void TakeLocked() => _waiting++;

    /// <summary>Forgets metered requests that won't be in the ledger.</summary>
    /// <param name="taken">The number of requests that this count has counted.</param>
    public void Drop(long taken = 1)
    {
        lock (Lock)
        {
            _waiting = Math.Max(0, _waiting - taken);
        }
    }

    /// <summary>Counts what was added to the ledger.</summary>
    /// <param name="added">The sums of the added events.</param>
    /// <param name="taken">The number of requests among them that this count had already counted.</param>
    public void Add(QuotaSums added, long taken)
    {
        lock (Lock)
        {
            _ledger = new(_ledger.Requests + added.Requests, _ledger.TokensUsed + added.TokensUsed, _ledger.CostMicros + added.CostMicros);
            _waiting = Math.Max(0, _waiting - taken);
        }
    }
}
