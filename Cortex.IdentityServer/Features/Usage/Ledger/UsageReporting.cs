using System.Diagnostics;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Records the usage that a service reports: validates all events, finds the owners of their keys, and waits until they are committed.</summary>
internal sealed class UsageReporting(ApiKeyOwners owners, UsageWriter writer, UsageOptions options, TimeProvider clock)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task<ReportResult> RecordAsync(KnownCaller caller, JsonElement body, CancellationToken cancellationToken)
    {
        var reader = new UsageEventReader(clock.GetUtcNow(), options.LateLimit);
        var events = reader.Read(body);
        if (reader.Refusal is { } invalid)
        {
            return new ReportResult.Refused(invalid);
        }

        if (events.Any(item => item.ApiKeyId is not null) && !caller.HasScope(ApiKeyOptions.UsageWrite))
        {
            return new ReportResult.Refused(Policies.MissingScope(ApiKeyOptions.UsageWrite));
        }

        if (await FindOwnersAsync(caller, events, body, reader, cancellationToken) is { } unknown)
        {
            return new ReportResult.Refused(unknown);
        }

        return await writer.AddAsync(events, cancellationToken) is { } receipt
            ? ToResult(receipt, body)
            : new ReportResult.Refused(Refusal.Busy(RetryAfter));
    }

    /// <summary>Sets the owner and key of each event; returns a refusal that names the unknown keys.</summary>
    private async Task<Refusal?> FindOwnersAsync(
        KnownCaller caller, List<UsageEvent> events, JsonElement body, UsageEventReader reader, CancellationToken cancellationToken)
    {
        Guid[] others = [.. events.Select(item => item.ApiKeyId).OfType<Guid>().Distinct()];
        var known = others.Length == 0 ? [] : await owners.FindAsync(others, cancellationToken);
        var (userId, keyId) = (caller.UserId(), caller.ApiKeyId);
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].ApiKeyId is not { } key)
            {
                events[i] = events[i] with { UserId = userId, ApiKeyId = keyId };
            }
            else if (known.TryGetValue(key, out var owner))
            {
                events[i] = events[i] with { UserId = owner };
            }
            else
            {
                reader.AddError(NameOf(body, i, "api_key_id"), "is unknown");
            }
        }

        return reader.Refusal;
    }

    private static ReportResult ToResult(UsageReceipt receipt, JsonElement body) => receipt switch
    {
        UsageReceipt.Recorded recorded => new ReportResult.Recorded(recorded.Accepted, recorded.Duplicates),
        UsageReceipt.IdConflict { Index: var i } => new ReportResult.Refused(Problems.IdConflict with
        {
            Errors = new Dictionary<string, string[]> { [NameOf(body, i, "id")] = ["belongs to another owner's event"] },
        }),
        UsageReceipt.KeyDeleted => new ReportResult.Refused(
            Problems.ValidationFailed with { Detail = "The API key of an event was deleted while the report was being recorded. Nothing was recorded." }),
        _ => throw new UnreachableException(),
    };

    private static string NameOf(JsonElement body, int index, string field) =>
        UsageEventReader.NameOf(body.ValueKind == JsonValueKind.Array ? $"[{index}]" : "", field);
}
