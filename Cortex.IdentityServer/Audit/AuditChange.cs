using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Audit;

/// <summary>A field that changed.</summary>
/// <param name="Name">As it is on the wire.</param>
/// <param name="Before">What it was; null where there was nothing.</param>
/// <param name="After">What it is; null where there is nothing any more.</param>
internal readonly record struct AuditChange(string Name, JsonNode? Before, JsonNode? After);

/// <summary>The details of an event that changed something: the fields that changed, as they were and as they are.</summary>
internal sealed record ChangeDetails(IReadOnlyDictionary<string, JsonNode?> Before, IReadOnlyDictionary<string, JsonNode?> After)
{
    public static string Of(IEnumerable<AuditChange> changes)
    {
        var all = changes.ToList();
        var details = new ChangeDetails(
            all.ToDictionary(change => change.Name, change => change.Before), all.ToDictionary(change => change.Name, change => change.After));
        return JsonSerializer.Serialize(details, ApiJson.Default.ChangeDetails);
    }
}
