namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The period for which a quota counts.</summary>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
internal sealed record QuotaPeriodResponse(DateTimeOffset From, DateTimeOffset To);
