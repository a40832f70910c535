using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>A page of events.</summary>
/// <param name="Items">The events.</param>
/// <param name="Next">The position at which the next page starts; null on the last page.</param>
internal sealed record EventPage(IReadOnlyList<UsageEventResponse> Items, TimeCursor? Next);
