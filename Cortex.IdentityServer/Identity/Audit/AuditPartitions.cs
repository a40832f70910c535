using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Gauges;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>
/// Creates the partitions of the coming months, and drops those whose retention has ended. The audit log is append-only, so single events can't be deleted.
/// </summary>
internal sealed class AuditPartitions(AuditOptions options) : IExpiryRule
{
    /// <summary>The number of coming months that have a partition: three, unless they can't be created.</summary>
    public static readonly DatabaseGauge Ahead = new(
        "cortex.audit.partitions.ahead", "{month}", "Coming months for which the audit log has a partition; normally 3.",
        """
        SELECT count(*) FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'audit_events'::regclass AND child.relname::text ~ '^audit_events_[0-9]{4}_[0-9]{2}$'
            AND child.relname::text COLLATE "C" > 'audit_events_' || to_char($1 AT TIME ZONE 'UTC', 'YYYY_MM')
        """);

    public string? Rows => null;

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT cortex_keep_audit_events($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - options.Retention });
        command.CommandTimeout = IExpiryRule.CommandTimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
        return 0;
    }
}
