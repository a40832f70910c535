using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>
/// Creates the partitions of the coming months, and drops those whose retention has ended. The audit log is append-only, so single events can't be deleted.
/// </summary>
internal sealed class AuditPartitions(AuditOptions options) : IExpiryRule
{
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
