using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>A page of events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record AdminAuditEventPage(IReadOnlyList<AdminAuditEventResponse> Items, string? NextCursor) : IExample<AdminAuditEventPage>
{
    public static AdminAuditEventPage Example => new([AdminAuditEventResponse.Example], null);

    public static AdminAuditEventPage Of(NamedAuditSlice slice) => new([.. slice.Items.Select(AdminAuditEventResponse.Of)], slice.Next?.ToText());
}
