using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>The details of a change: the changed fields, with their values before and after it.</summary>
internal sealed record ChangeDetails(IReadOnlyDictionary<string, JsonNode?> Before, IReadOnlyDictionary<string, JsonNode?> After)
{
    public static string Of(IEnumerable<AuditChange> changes)
    {
        var all = changes.ToList();
        var details = new ChangeDetails(
            all.ToDictionary(change => change.Name, change => change.Before), all.ToDictionary(change => change.Name, change => change.After));
        return JsonSerializer.Serialize(details, AuditJson.Default.ChangeDetails);
    }
}
