namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>What the series of a report are grouped by.</summary>
/// <param name="Name">The value of <c>group_by</c>.</param>
/// <param name="Sums">The SQL of the group of a row of sums.</param>
/// <param name="Ledger">The SQL of the group of a row of <c>usage_logs</c>.</param>
internal sealed record ReportGrouping(string Name, string Sums, string Ledger)
{
    /// <summary>The group that combines all but the largest.</summary>
    public const string Other = "other";

    private const string NoKey = "'00000000-0000-0000-0000-000000000000'::uuid";

    /// <summary>The tier that the user has now.</summary>
    private const string TierOfUser = "(SELECT coalesce(subscription_tier, 'free')::text FROM users WHERE users.id = user_id)";

    public static readonly ReportGrouping ApiKey = new("api_key", "api_key_id", $"coalesce(api_key_id, {NoKey})") { None = NoKey, Type = "uuid" };

    public static readonly ReportGrouping User = new("user", "user_id", "user_id") { Type = "uuid" };

    /// <summary>The groupings of one user's usage.</summary>
    public static readonly IReadOnlyList<ReportGrouping> OfOneUser =
    [
        new("endpoint", "endpoint::text", "endpoint::text"),
        new("provider", "provider::text", "coalesce(provider::text, '')") { None = "''" },
        ApiKey,
        new("status", "status_class", "CASE WHEN status_code BETWEEN 100 AND 599 THEN (status_code / 100)::smallint ELSE 0::smallint END")
        {
            None = "0",
            Suffix = "xx",
            HasFewGroups = true,
        },
    ];

    /// <summary>The groupings of the usage of all users.</summary>
    public static readonly IReadOnlyList<ReportGrouping> OfAllUsers = [.. OfOneUser, User, new("tier", TierOfUser, TierOfUser) { HasFewGroups = true }];

    /// <summary>The SQL type of the values, unless there are only a few groups.</summary>
    public string Type { get; private init; } = "text";

    /// <summary>Whether there are only a few groups, even over all users.</summary>
    public bool HasFewGroups { get; private init; }

    /// <summary>The SQL of the value that stands for no group; null if every request is in one.</summary>
    private string? None { get; init; }

    /// <summary>What the text of a group ends with, after the value.</summary>
    private string? Suffix { get; init; }

    /// <summary>The SQL of whether a value stands for no group.</summary>
    public string IsNone(string value) => None is null ? "false" : $"{value} = {None}";

    /// <summary>The SQL of the text by which the report shows a group.</summary>
    public string Label(string value) => Suffix is null ? $"{value}::text" : $"{value} || '{Suffix}'";
}
