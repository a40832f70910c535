using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A page of stored audit events.</summary>
/// <param name="Items">The events.</param>
/// <param name="Next">The cursor of the next page, or null on the last page.</param>
internal sealed record AuditSlice(IReadOnlyList<AuditEvent> Items, TimeCursor? Next);
