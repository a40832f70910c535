using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>A change to one field, recorded in the details of an audit event.</summary>
/// <param name="Name">The field's JSON name.</param>
/// <param name="Before">The previous value, or null if there was none.</param>
/// <param name="After">The new value, or null if there is none.</param>
internal readonly record struct AuditChange(string Name, JsonNode? Before, JsonNode? After);
