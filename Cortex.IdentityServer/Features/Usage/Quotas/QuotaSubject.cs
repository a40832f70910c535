namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The user or key that a quota applies to, and the time for which it counts.</summary>
/// <param name="UserId">The user.</param>
/// <param name="KeyId">The API key, or the nil UUID for all usage of the user.</param>
/// <param name="From">The start of the first quarter-hour that counts.</param>
/// <param name="To">The end of the last one.</param>
internal readonly record struct QuotaSubject(Guid UserId, Guid KeyId, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Whether the quota is that of the key rather than of the user.</summary>
    public bool IsKey => KeyId != Guid.Empty;

    /// <summary>Whether the time is a calendar month of UTC.</summary>
    public bool IsMonth => new QuotaPeriod(From, To).IsMonth;

    /// <summary>Whether usage of this time counts.</summary>
    public bool Contains(DateTimeOffset time) => time >= From && time < To;

    /// <summary>Whether the quota counts for this period.</summary>
    public bool IsOf(QuotaPeriod period) => period.CountsFrom == From && period.CountsTo == To;
}
