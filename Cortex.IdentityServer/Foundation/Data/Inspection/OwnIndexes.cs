namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The indexes that earlier versions of this server created on documented tables.</summary>
internal static class OwnIndexes
{
    /// <summary>The prefixes of their names. The owner's own expression indexes are unlikely to share them.</summary>
    private static readonly string[] Prefixes = ["ix_users_by_", "ux_users_email", "ix_users_email_twins", "ix_usage_logs_user", "ix_billing_events_"];

    public static bool Contains(IndexFacts index) => Prefixes.Any(prefix => index.Name.StartsWith(prefix, StringComparison.Ordinal));
}
