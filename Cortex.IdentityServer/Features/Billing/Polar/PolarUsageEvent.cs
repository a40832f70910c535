using System.Globalization;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>An event of usage, as Polar takes it.</summary>
/// <param name="Name">The name of the event, at most 128 characters.</param>
/// <param name="ExternalCustomerId">The id of the user.</param>
/// <param name="ExternalId">The key by which Polar recognizes an event that it already has.</param>
/// <param name="Timestamp">When the usage happened. Polar refuses a time in the future.</param>
/// <param name="Metadata">
/// Up to 50 values by keys of at most 40 characters: numbers, booleans, texts of 1 to 500 characters, and <see cref="Cost"/> under <see cref="CostKey"/>.
/// </param>
internal sealed record PolarUsageEvent(
    string Name, string ExternalCustomerId, string ExternalId, DateTimeOffset Timestamp, IReadOnlyDictionary<string, JsonNode> Metadata)
{
    /// <summary>The key of the cost in <see cref="Metadata"/>.</summary>
    public const string CostKey = "_cost";

    private const decimal MicrosPerCent = 10_000;

    /// <summary>Returns an amount in micro-dollars as Polar takes it: in cents, as text, so that it stays exact.</summary>
    /// <remarks>Polar refuses an event whose cost has more than five digits before the point: one of 1,000 dollars or more.</remarks>
    public static JsonNode Cost(long micros) => new JsonObject
    {
        ["amount"] = (micros / MicrosPerCent).ToString(CultureInfo.InvariantCulture),
        ["currency"] = "usd",
    };
}
