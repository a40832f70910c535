using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A page of events as they are kept.</summary>
/// <param name="Items">The events.</param>
/// <param name="Next">Where it ended; null where there is no more.</param>
internal sealed record AuditSlice(IReadOnlyList<AuditEvent> Items, TimeCursor? Next);
