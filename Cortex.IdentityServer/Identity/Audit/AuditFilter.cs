namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Which events are read: those to which all that is given applies.</summary>
/// <param name="Actor">Who did it.</param>
/// <param name="User">Whose account it is about.</param>
/// <param name="Action">One of <see cref="AuditAction"/>.</param>
/// <param name="From">The start of the period, inclusive.</param>
/// <param name="To">The end of the period, exclusive.</param>
internal sealed record AuditFilter(Guid? Actor = null, Guid? User = null, string? Action = null, DateTimeOffset? From = null, DateTimeOffset? To = null);
