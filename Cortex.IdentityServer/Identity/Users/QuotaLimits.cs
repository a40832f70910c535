using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The limits of a quota for one period; null means that this quota doesn't limit the metric.</summary>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens.</param>
/// <param name="CostMicros">The cost in millionths of a US dollar.</param>
/// <param name="Mode"><see cref="Soft"/> or <see cref="Hard"/>; null for the server's mode.</param>
internal sealed record QuotaLimits(
    [property: JsonPropertyName("requests"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Requests,
    [property: JsonPropertyName("tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? TokensUsed,
    [property: JsonPropertyName("cost_micros"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? CostMicros,
    [property: JsonPropertyName("mode"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Mode = null)
{
    /// <summary>The mode that only warns the owner.</summary>
    public const string Soft = "soft";

    /// <summary>The mode that refuses requests beyond the quota.</summary>
    public const string Hard = "hard";

    /// <summary>The maximum of each limit, in requests, tokens, or dollars.</summary>
    public const long MaxLimit = 1_000_000_000_000;

    public static readonly QuotaLimits None = new(null, null, null);

    /// <summary>Whether any metric is limited.</summary>
    [JsonIgnore]
    public bool IsLimited => Requests is not null || TokensUsed is not null || CostMicros is not null;

    /// <summary>Reads limits as the database stores them; null without any, or if another program stored something else.</summary>
    public static QuotaLimits? FromJson(string? stored)
    {
        try
        {
            return stored is null ? null : JsonSerializer.Deserialize(stored, QuotaJson.Default.QuotaLimits);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="FromJson(string?)"/>
    public static QuotaLimits? FromJson(NpgsqlDataReader row, int column) => FromJson(row.IsDBNull(column) ? null : row.GetString(column));

    /// <summary>Returns the limits as the database stores them; null if they say nothing.</summary>
    public string? ToJson() => this == None ? null : JsonSerializer.Serialize(this, QuotaJson.Default.QuotaLimits);
}
