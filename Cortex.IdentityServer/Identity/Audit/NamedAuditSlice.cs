using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A page of stored audit events with emails.</summary>
/// <param name="Items">The events.</param>
/// <param name="Next">The cursor of the next page, or null on the last page.</param>
internal sealed record NamedAuditSlice(IReadOnlyList<NamedAuditEvent> Items, TimeCursor? Next);
