namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>The triggers that the migrations create, each as table and name. They keep sums, replicas, and the audit log correct.</summary>
internal static class OwnTriggers
{
    public static readonly IReadOnlyList<string> All =
    [
        "api_keys.cortex_fold_key_hash", "api_keys.cortex_notify_delete", "api_keys.cortex_notify_truncate", "api_keys.cortex_notify_update",
        "audit_events.cortex_append_only", "audit_events.cortex_append_only_truncate", "audit_events.cortex_count_logins",
        "billing_subscriptions.cortex_cancel_subscriptions", "passkeys.cortex_notify_change", "roles.cortex_notify_change",
        "sessions.cortex_notify_delete", "sessions.cortex_notify_truncate", "sessions.cortex_notify_update", "usage_logs.cortex_count_usage",
        "user_roles.cortex_notify_change", "user_roles.cortex_notify_truncate", "users.cortex_count_delete", "users.cortex_count_insert",
        "users.cortex_count_truncate", "users.cortex_count_update", "users.cortex_forget_person", "users.cortex_forget_person_of_tombstone",
        "users.cortex_forget_usage", "users.cortex_forget_usage_meter", "users.cortex_forget_usage_truncate",
        "users.cortex_forget_usage_truncate_meter", "users.cortex_guard_email_twin", "users.cortex_guard_email_twin_kept",
        "users.cortex_leave_email_twins", "users.cortex_notify_delete", "users.cortex_notify_truncate", "users.cortex_notify_update",
        "users.cortex_promote_email_twin", "users.cortex_promote_email_twin_moved", "users.cortex_touch_updated_at",
    ];
}
