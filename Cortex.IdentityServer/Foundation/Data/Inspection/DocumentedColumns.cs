using static Cortex.IdentityServer.Foundation.Data.Inspection.ColumnKind;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The documented columns, and what the first migration puts beside them.</summary>
internal static class DocumentedColumns
{
    /// <summary>An id that the database makes.</summary>
    private const string NewId = "gen_random_uuid()";

    public static readonly IReadOnlyList<DocumentedColumn> All =
    [
        new("users", "id", Uuid, IsRequired: true, Default: NewId),
        new("users", "email", Varchar, 255, IsRequired: true),
        new("users", "password_hash", Varchar, 255, IsRequired: true),
        new("users", "api_key", Varchar, 255),
        new("users", "subscription_tier", Varchar, 50, Default: "'free'"),
        new("users", "is_active", ColumnKind.Boolean, Default: "true"),
        new("users", "is_verified", ColumnKind.Boolean, Default: "false"),
        new("users", "two_factor_enabled", ColumnKind.Boolean, Default: "false"),
        new("users", "two_factor_secret", Varchar, 255),
        new("users", "created_at", Time, Default: "now()"),
        new("users", "updated_at", Time, Default: "now()"),
        new("users", "security_stamp", Varchar, 64, Default: "gen_random_uuid()::text"),

        new("api_keys", "id", Uuid, IsRequired: true, Default: NewId),
        new("api_keys", "user_id", Uuid, IsRequired: true),
        new("api_keys", "key_hash", Varchar, 255, IsRequired: true),
        new("api_keys", "name", Varchar, 255),
        new("api_keys", "is_active", ColumnKind.Boolean, Default: "true"),
        new("api_keys", "created_at", Time, Default: "now()"),
        new("api_keys", "last_used_at", Time),
        new("api_keys", "prefix", Varchar, 16),
        new("api_keys", "scopes", TextList, Default: "'{}'"),
        new("api_keys", "expires_at", Time),
        new("api_keys", "replaced_by_id", Uuid),

        new("usage_logs", "id", Uuid, IsRequired: true, Default: NewId),
        new("usage_logs", "user_id", Uuid, IsRequired: true),
        new("usage_logs", "api_key_id", Uuid),
        new("usage_logs", "endpoint", Varchar, 255, IsRequired: true),
        new("usage_logs", "tokens_used", Integer, Default: "0"),
        new("usage_logs", "cost_usd", Money, Default: "0.0"),
        new("usage_logs", "provider", Varchar, 50),
        new("usage_logs", "response_time_ms", Integer),
        new("usage_logs", "status_code", Integer),
        new("usage_logs", "error_message", Text),
        new("usage_logs", "created_at", Time, Default: "now()"),

        new("billing_events", "id", Uuid, IsRequired: true, Default: NewId),
        new("billing_events", "user_id", Uuid, IsRequired: true),
        new("billing_events", "event_type", Varchar, 100, IsRequired: true),
        new("billing_events", "polar_event_id", Varchar, 255, IsRequired: true),
        new("billing_events", "data", Text),
        new("billing_events", "processed", ColumnKind.Boolean, Default: "false"),
        new("billing_events", "created_at", Time, Default: "now()"),
    ];

    /// <summary>The columns of which each value stands once.</summary>
    public static readonly IReadOnlyList<(string Table, string Column)> Unique =
        [("users", "email"), ("users", "api_key"), ("api_keys", "key_hash"), ("billing_events", "polar_event_id")];

    public static bool Contains(string table, string column) => All.Any(documented => documented.Table == table && documented.Name == column);
}
