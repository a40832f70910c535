using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A field that changed.</summary>
/// <param name="Name">As it is on the wire.</param>
/// <param name="Before">What it was; null where there was nothing.</param>
/// <param name="After">What it is; null where there is nothing any more.</param>
internal readonly record struct AuditChange(string Name, JsonNode? Before, JsonNode? After);
