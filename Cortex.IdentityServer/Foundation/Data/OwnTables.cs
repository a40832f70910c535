namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>The server's own tables, as opposed to those that the database's owner keeps beside them.</summary>
internal static class OwnTables
{
    /// <summary>The documented tables, which other programs use too.</summary>
    public static readonly IReadOnlyList<string> Documented = ["users", "api_keys", "usage_logs", "billing_events"];

    /// <summary>The tables that only this server uses.</summary>
    public static readonly IReadOnlyList<string> Private =
    [
        "account_changes", "account_totals", "active_users", "audit_events", "audit_events_default", "billing_accounts", "billing_cancellations",
        "billing_customers", "billing_event_ids", "billing_inbox", "billing_meter_events", "billing_meter_hours", "billing_subscriptions", "billing_sweeps",
        "daily_changes", "daily_totals", "login_addresses", "login_attempts", "login_devices", "one_time_tokens", "outbox_mails", "passkey_challenges",
        "passkeys", "recovery_codes", "roles", "sessions", "signing_keys", "two_factor_challenges", "two_factor_states", "usage_days", "usage_deltas",
        "usage_months", "usage_names", "usage_notices", "usage_quarters", "user_roles",
    ];

    /// <summary>The prefixes of partitions, and of the tables that are needed while <c>usage_logs</c> is partitioned.</summary>
    private static readonly string[] Prefixes = ["audit_events_", "usage_logs_"];

    private static readonly HashSet<string> All = [.. Documented, .. Private];

    public static bool Contains(string table) => All.Contains(table)
        || Prefixes.Any(prefix => table.StartsWith(prefix, StringComparison.Ordinal));
}
