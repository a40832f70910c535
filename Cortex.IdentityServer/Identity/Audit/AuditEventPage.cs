using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A page of events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">The cursor of the next page, or null on the last page.</param>
internal sealed record AuditEventPage(IReadOnlyList<AuditEventResponse> Items, string? NextCursor) : IExample<AuditEventPage>
{
    public static AuditEventPage Example => new([AuditEventResponse.Example], null);

    public static AuditEventPage Of(AuditSlice slice) => new([.. slice.Items.Select(AuditEventResponse.Of)], slice.Next?.ToText());
}
