using System.Globalization;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Inspection;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks the schema as <c>migrate --check</c> does, the rights of the role, and the triggers.</summary>
internal static class SchemaCheck
{
    /// <summary>The role that creates next months' partitions needs these functions if it doesn't own them.</summary>
    private const string RightsSql = $"""
        SELECT current_user::text,
            has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = to_regclass('users')), 'CREATE')
                AND pg_has_role((SELECT relowner FROM pg_class WHERE oid = to_regclass('users')), 'USAGE'),
            ARRAY(
                SELECT proname::text FROM pg_proc
                WHERE proname IN ('cortex_keep_audit_events', 'cortex_keep_usage_months')
                    AND pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('users'))
                    AND NOT has_function_privilege(oid, 'EXECUTE') ORDER BY 1),
            ARRAY(
                SELECT name FROM unnest($1) AS name
                WHERE NOT EXISTS (
                    SELECT FROM pg_trigger
                    WHERE tgrelid = to_regclass(split_part(name, '.', 1)) AND tgname = split_part(name, '.', 2) AND tgenabled IN ('O', 'A'))
                ORDER BY 1)
        """;

    public static async Task RunAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        var plan = await work.Get<DatabaseMigrator>().PlanAsync(stop);
        foreach (var finding in plan.Report.Findings)
        {
            if (finding.Severity == Severity.Refuse)
            {
                lines.Fail("database schema", finding.Text);
            }
            else
            {
                lines.Warn("database schema", finding.Severity == Severity.Repair ? $"migrate would repair: {finding.Text}" : finding.Text);
            }
        }

        if (plan.Pending.Count > 0)
        {
            lines.Warn(
                "database schema",
                string.Create(CultureInfo.InvariantCulture, $"Migrations that are pending: {plan.Pending.Count}, up to {plan.Pending[^1]}"),
                "Run migrate, as the owner of the tables if they belong to another role; a server whose role owns them migrates when it starts");
            return;
        }

        if (plan.Report.Refusals.Count == 0)
        {
            lines.Ok("database schema", "All migrations are applied");
            await CheckRightsAsync(work.Get<NpgsqlDataSource>(), lines, stop);
        }
    }

    private static async Task CheckRightsAsync(NpgsqlDataSource database, CheckLines lines, CancellationToken stop)
    {
        await using var command = database.CreateCommand(RightsSql);
        command.Parameters.Add(new() { Value = (string[])[.. OwnTriggers.All] });
        await using var row = await command.ExecuteReaderAsync(stop);
        await row.ReadAsync(stop);
        var role = row.GetString(0);
        if (row.GetFieldValue<string[]>(2) is { Length: > 0 } functions)
        {
            lines.Warn(
                "database rights", $"The role {role} may not call {string.Join(" and ", functions)}, so it can't keep the partitions",
                "Run the grants that docs/databases.md lists, as the owner");
        }
        else
        {
            lines.Ok("database rights", row.GetBoolean(1)
                ? $"The role {role} may serve and migrate"
                : $"The role {role} may serve; another role has to migrate");
        }

        if (row.GetFieldValue<string[]>(3) is { Length: > 0 } triggers)
        {
            lines.Fail(
                "database triggers", $"These triggers are missing or disabled, so sums, revocations, or the audit log are wrong: {string.Join(", ", triggers)}",
                "Run ALTER TABLE … ENABLE TRIGGER ALL as the owner, or restore those that are missing from a dump of the schema");
        }
        else
        {
            lines.Ok("database triggers", string.Create(CultureInfo.InvariantCulture, $"All {OwnTriggers.All.Count} are enabled"));
        }
    }
}
