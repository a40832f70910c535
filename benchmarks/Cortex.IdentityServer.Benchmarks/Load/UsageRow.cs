using System.Globalization;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>An event of usage, as a service would report it: one of 5 endpoints, 3 providers, and 2 statuses, with a UUIDv7 as its id.</summary>
internal sealed record UsageRow(Guid Id, int Number, DateTimeOffset CreatedAt)
{
    /// <summary>The maximum number of events in a report.</summary>
    public const int BatchSize = 1_000;

    private static readonly string[] Endpoints = ["/v1/memories", "/v1/memories/search", "/v1/chat", "/v1/embeddings", "/v1/files"];
    private static readonly string[] Providers = ["openai", "anthropic", "mistral"];

    public string Endpoint => Endpoints[Number % Endpoints.Length];

    public string Provider => Providers[Number % Providers.Length];

    public int Tokens => Number % 4_096;

    public decimal Cost => Number % 10_000 / 1_000_000m;

    public int Milliseconds => 20 + (Number % 977);

    public int Status => Number % 7 == 0 ? 500 : 200;

    /// <summary>Creates batches of events of the current time.</summary>
    public static List<UsageRow[]> Batches(int count)
    {
        var now = DateTimeOffset.UtcNow;
        return [.. Enumerable.Range(0, count).Select(batch => Enumerable.Range(batch * BatchSize, BatchSize)
            .Select(number => new UsageRow(Guid.CreateVersion7(now), number, now)).ToArray())];
    }

    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"id\":\"{Id}\",\"endpoint\":\"{Endpoint}\",\"tokens_used\":{Tokens},\"cost_usd\":{Cost},\"provider\":\"{Provider}\","
            + $"\"response_time_ms\":{Milliseconds},\"status_code\":{Status},\"created_at\":\"{CreatedAt.UtcDateTime:O}\"}}");
}
