using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>A page of events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record UsageEventPageResponse(IReadOnlyList<UsageEventResponse> Items, string? NextCursor) : IExample<UsageEventPageResponse>
{
    public static UsageEventPageResponse Example => new([UsageEventResponse.Example], null);
}
