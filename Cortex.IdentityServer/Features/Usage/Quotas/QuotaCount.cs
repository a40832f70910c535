using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>What a subject has used: the sums of the ledger, and the metered requests that aren't in it yet.</summary>
internal sealed class QuotaCount
{
    private readonly Lock _lock = new();
    private QuotaSums _ledger;
    private long _waiting;

    public QuotaCount(QuotaSums ledger) => _ledger = ledger;

    /// <summary>Protects this count. Code that needs two counts locks the user's first.</summary>
    public Lock Lock => _lock;

    /// <summary>When the count was last needed, as a timestamp. Two requests may race to set it, which does no harm.</summary>
    public long NeededAt { get; set; }

    /// <summary>The sums, including the requests that aren't in the ledger yet.</summary>
    public QuotaSums Used
    {
        get
        {
            lock (_lock)
            {
                return _ledger with { Requests = _ledger.Requests + _waiting };
            }
        }
    }

    /// <summary>The number of requests in the ledger.</summary>
    public long RecordedRequests
    {
        get
        {
            lock (_lock)
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
            lock (_lock)
            {
                return _waiting > 0;
            }
        }
    }

    /// <summary>Sets the sums that were read from the ledger. No usage of this server is added to the ledger meanwhile.</summary>
    public void Set(QuotaSums ledger)
    {
        lock (_lock)
        {
            _ledger = ledger;
        }
    }

    /// <summary>Counts a metered request before it is in the ledger.</summary>
    public void Take()
    {
        lock (_lock)
        {
            _waiting++;
        }
    }

    /// <summary>Forgets a metered request that won't be in the ledger.</summary>
    /// <param name="isCounted">Whether this count has counted it.</param>
    public void Drop(bool isCounted = true)
    {
        lock (_lock)
        {
            _waiting -= isCounted ? 1 : 0;
        }
    }

    /// <summary>Counts an event that was added to the ledger.</summary>
    /// <param name="added">The event.</param>
    /// <param name="isCounted">Whether this count has already counted the request.</param>
    public void Add(UsageEvent added, bool isCounted)
    {
        lock (_lock)
        {
            _ledger = new(_ledger.Requests + 1, _ledger.TokensUsed + added.TokensUsed, _ledger.CostMicros + added.CostMicros);
            _waiting -= isCounted ? 1 : 0;
        }
    }

    /// <summary>Whether one more request is within the limits.</summary>
    public bool Allows(QuotaLimits limits)
    {
        var used = Used;
        return !(used.Requests >= limits.Requests || used.TokensUsed >= limits.TokensUsed || used.CostMicros >= limits.CostMicros);
    }
}
