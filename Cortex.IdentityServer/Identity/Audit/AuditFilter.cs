namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A filter for audit events, which must match every value that is given.</summary>
/// <param name="Actor">The user who performed the action.</param>
/// <param name="User">The account that the event concerns.</param>
/// <param name="Action">One of <see cref="AuditAction"/>.</param>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
internal sealed record AuditFilter(Guid? Actor = null, Guid? User = null, string? Action = null, DateTimeOffset? From = null, DateTimeOffset? To = null);
