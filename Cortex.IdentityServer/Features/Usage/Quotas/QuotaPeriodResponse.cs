namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The period for which a quota counts. Usage counts from the quarter-hour in which it starts until the one in which it ends.</summary>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
internal sealed record QuotaPeriodResponse(DateTimeOffset From, DateTimeOffset To);
