using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>What Polar did with a batch of events.</summary>
/// <param name="Inserted">The number of events that are new to Polar.</param>
/// <param name="Duplicates">The number of events that Polar already had.</param>
internal sealed record PolarIngested(long Inserted, long Duplicates)
{
    public static PolarIngested? Read(JsonElement json) =>
        json.Whole("inserted") is { } inserted ? new(inserted, json.Whole("duplicates") ?? 0) : null;
}
