using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>Puts the copy in the place of <c>usage_logs</c>.</summary>
internal static class PartitionSwap
{
    private const string Lock = "LOCK TABLE usage_logs, usage_logs_copy IN ACCESS EXCLUSIVE MODE";

    /// <summary>
    /// Gives the copy the table's name and those of its indexes, and begins to count what is inserted into it. A statement that waits for the table finds the
    /// copy by its name when the lock is released.
    /// </summary>
    private const string Exchange = """
        DROP TRIGGER cortex_note_insert ON usage_logs;
        DROP TRIGGER cortex_note_delete ON usage_logs;
        DROP TRIGGER cortex_note_update ON usage_logs;
        DROP TRIGGER cortex_note_updated ON usage_logs;
        DROP TRIGGER cortex_note_truncate ON usage_logs;
        DROP FUNCTION cortex_note_usage_change;
        DROP TABLE usage_logs_copy_changes;
        ALTER TABLE usage_logs RENAME TO usage_logs_replaced;
        ALTER TABLE usage_logs_copy RENAME TO usage_logs;
        DO $do$
        DECLARE
            one record;
        BEGIN
            FOR one IN SELECT indexrelid::regclass AS index, row_number() OVER () AS n FROM pg_index WHERE indrelid = 'usage_logs_replaced'::regclass LOOP
                EXECUTE format('ALTER INDEX %s RENAME TO %I', one.index, 'usage_logs_replaced_' || one.n);
            END LOOP;
            FOR one IN
                SELECT name, n FROM usage_logs_copy_state, jsonb_array_elements_text(indexes) WITH ORDINALITY AS names (name, n)
            LOOP
                EXECUTE format('ALTER INDEX %I RENAME TO %I', 'usage_logs_copy_' || (one.n - 1), one.name);
            END LOOP;
            FOR one IN SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = 'usage_logs_replaced'::regclass AND NOT tgisinternal LOOP
                EXECUTE replace(one.definition, 'usage_logs_replaced', 'usage_logs');
            END LOOP;

            -- The trigger of the table itself doesn't fire for a program that writes directly to a partition.
            FOR one IN SELECT inhrelid::regclass AS counted FROM pg_inherits WHERE inhparent = 'usage_logs'::regclass LOOP
                EXECUTE format(
                    'CREATE TRIGGER cortex_count_usage AFTER INSERT ON %s REFERENCING NEW TABLE AS added FOR EACH STATEMENT '
                    'EXECUTE FUNCTION cortex_count_usage()', one.counted);
            END LOOP;
        END $do$;
        """;

    /// <summary>
    /// Dropping a table locks those that its foreign keys refer to. They are locked in the order in which an INSERT into <c>usage_logs</c> does, so that the
    /// two don't deadlock.
    /// </summary>
    public const string DropReplaced = """
        DO $do$
        BEGIN
            IF to_regclass('usage_logs_replaced') IS NOT NULL THEN
                LOCK TABLE users IN ACCESS EXCLUSIVE MODE;
                LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE;
                DROP TABLE usage_logs_replaced;
            END IF;
            DROP TABLE IF EXISTS usage_logs_copy_state;
        END $do$;
        """;

    /// <returns>Null if the copy has taken the table's place, or why it can't.</returns>
    public static async Task<PartitionResult?> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await PartitionSession.RunAsync(connection, Lock, cancellationToken);
        if (await PartitionChecks.ReadReasonsAsync(connection, isNew: false, cancellationToken) is { Count: > 0 } reasons)
        {
            return new PartitionResult.Refused(reasons);
        }

        if (await PartitionChecks.IsOutdatedAsync(connection, cancellationToken))
        {
            return new PartitionResult.Outdated();
        }

        while (true)
        {
            var (count, startsAgain) = await PartitionCopy.ApplyChangesAsync(connection, cancellationToken);
            if (count == 0)
            {
                break;
            }

            if (startsAgain)
            {
                // The table was emptied just now. What it has since is copied like any other row.
                while (await PartitionCopy.CopyAsync(connection, cancellationToken) is not null)
                {
                }
            }
        }

        await PartitionSession.RunAsync(connection, Exchange, cancellationToken);
        return null;
    }
}
