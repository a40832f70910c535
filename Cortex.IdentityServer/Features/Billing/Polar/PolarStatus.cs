namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>How requests to Polar went lately, on this replica.</summary>
internal sealed class PolarStatus(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _failing = new(StringComparer.Ordinal);
    private DateTimeOffset? _lastSuccessAt;
    private DateTimeOffset? _lastFailureAt;
    private string? _lastFailure;
    private DateTimeOffset? _versionRejectedSince;

    /// <summary>Returns the times of the last success and the last failure, its reason, and since when Polar rejects the version.</summary>
    public (DateTimeOffset? SuccessAt, DateTimeOffset? FailureAt, string? Failure, DateTimeOffset? VersionRejectedSince) Read()
    {
        lock (_lock)
        {
            return (_lastSuccessAt, _lastFailureAt, _lastFailure, _versionRejectedSince);
        }
    }

    /// <summary>Records an answer that Polar gave under our version. Returns true if such calls failed before.</summary>
    public bool RecordSuccess(PolarCall call)
    {
        lock (_lock)
        {
            var wasRejected = _versionRejectedSince is not null;
            (_lastSuccessAt, _versionRejectedSince) = (clock.GetUtcNow(), null);
            return _failing.Remove(call.Name) || wasRejected;
        }
    }

    /// <summary>Records a failure. Returns true if such calls didn't fail before, or failed for another reason.</summary>
    public bool RecordFailure(PolarCall call, string reason)
    {
        lock (_lock)
        {
            _lastFailureAt = clock.GetUtcNow();
            _lastFailure = reason;
            if (reason == PolarFailure.WrongVersion)
            {
                // Every call fails for this reason, so one line in the log is enough.
                var isNew = _versionRejectedSince is null;
                _versionRejectedSince ??= clock.GetUtcNow();
                return isNew;
            }

            var isKnown = _failing.TryGetValue(call.Name, out var known) && known == reason;
            _failing[call.Name] = reason;
            return !isKnown;
        }
    }
}
