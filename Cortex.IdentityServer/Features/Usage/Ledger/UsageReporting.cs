using System.Diagnostics;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Records the usage that a service reports: validates all events, finds the owners of their keys, and waits until they are committed.</summary>
internal sealed class UsageReporting(ApiKeyOwners owners, UsageWriter writer, UsageOptions options, TimeProvider clock)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The refusal of a field's name with half of a surrogate pair, which .NET reports by an <see cref="InvalidOperationException"/>.</summary>
    public static Refusal UnreadableName => Problems.MalformedRequest with { Detail = "The body has a field whose name isn't valid Unicode." };

    public async Task<ReportResult> RecordAsync(KnownCaller caller, JsonElement body, CancellationToken cancellationToken)
    {
        var reader = new UsageEventReader(clock.GetUtcNow(), options.LateLimit);
        List<UsageEvent> reported;
        try
        {
            reported = reader.Read(body);
        }
        catch (InvalidOperationException)
        {
            return new ReportResult.Refused(UnreadableName);
        }

        if (reader.Refusal is { } invalid)
        {
            return new ReportResult.Refused(invalid);
        }

        if (reported.Any(item => item.ApiKeyId is not null) && !caller.HasScope(ApiKeyOptions.UsageWrite))
        {
            return new ReportResult.Refused(Policies.MissingScope(ApiKeyOptions.UsageWrite));
        }

        var events = await FindOwnersAsync(caller, reported, body, reader, cancellationToken);
        if (reader.Refusal is { } unknown)
        {
            return new ReportResult.Refused(unknown);
        }

        switch (await writer.AddAsync(events, cancellationToken))
        {
            case null:
                return new ReportResult.Refused(Refusal.Busy(RetryAfter));

            case UsageReceipt.OwnerDeleted:
                // If none of the reported keys is missing, the caller's own key is.
                await FindOwnersAsync(caller, reported, body, reader, cancellationToken);
                return new ReportResult.Refused(reader.Refusal ?? Problems.InvalidApiKey);

            case var receipt:
                return ToResult(receipt, body);
        }
    }

    /// <summary>Returns the events with their owners and keys, and adds an error for each unknown key.</summary>
    private async Task<List<UsageEvent>> FindOwnersAsync(
        KnownCaller caller, List<UsageEvent> reported, JsonElement body, UsageEventReader reader, CancellationToken cancellationToken)
    {
        Guid[] others = [.. reported.Select(item => item.ApiKeyId).OfType<Guid>().Distinct()];
        var known = others.Length == 0 ? [] : await owners.FindAsync(others, cancellationToken);
        var (userId, keyId) = (caller.UserId(), caller.ApiKeyId);
        var events = new List<UsageEvent>(reported.Count);
        foreach (var (i, item) in reported.Index())
        {
            if (item.ApiKeyId is not { } key)
            {
                events.Add(item with { UserId = userId, ApiKeyId = keyId });
            }
            else if (known.TryGetValue(key, out var owner))
            {
                events.Add(item with { UserId = owner });
            }
            else
            {
                reader.AddError(NameOf(body, i, "api_key_id"), "is unknown");
            }
        }

        return events;
    }

    private static ReportResult ToResult(UsageReceipt receipt, JsonElement body) => receipt switch
    {
        UsageReceipt.Recorded recorded => new ReportResult.Recorded(recorded.Accepted, recorded.Duplicates),
        UsageReceipt.IdConflict { Index: var i } => new ReportResult.Refused(Problems.IdConflict with
        {
            Errors = new Dictionary<string, string[]> { [NameOf(body, i, "id")] = ["belongs to another owner's event"] },
        }),
        _ => throw new UnreachableException(),
    };

    private static string NameOf(JsonElement body, int index, string field) =>
        UsageEventReader.NameOf(body.ValueKind == JsonValueKind.Array ? $"[{index}]" : "", field);
}
