namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The user or key, and the month, that a quota applies to.</summary>
/// <param name="UserId">The user.</param>
/// <param name="KeyId">The API key, or the nil UUID for all usage of the user.</param>
/// <param name="Month">The first day of the month (UTC).</param>
internal readonly record struct QuotaSubject(Guid UserId, Guid KeyId, DateOnly Month)
{
    /// <summary>Whether the quota is that of the key rather than of the user.</summary>
    public bool IsKey => KeyId != Guid.Empty;
}
