using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>Blue/green deployments, Debezium, and Supabase publish all tables, and PostgreSQL then rejects changes to rows without a key.</remarks>
public sealed class ReplicationTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Every_table_has_a_primary_key()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);

        Assert.Equal("", await PythonDatabase.SqlAsync<string>(database.Owner, """
            SELECT coalesce(string_agg(relname, ' '), '') FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid
                AND indisprimary)
            """));
    }

    [Fact]
    public async Task With_a_publication_of_all_tables_every_row_can_still_be_changed_and_deleted()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Superuser, "CREATE PUBLICATION everything FOR ALL TABLES");
        await PythonDatabase.SqlAsync<object>(database.Owner, PythonDatabase.Rows);
        await PythonDatabase.SqlAsync<object>(
            database.Owner,
            "INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), '2020-02-03', 'login.succeeded', 'success')");

        await PythonDatabase.SqlAsync<object>(database.Owner, """
            DO $$
            DECLARE one regclass;
            BEGIN
                FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
                    EXECUTE format('DELETE FROM %s WHERE false', one);
                END LOOP;
            END $$;
            UPDATE users SET subscription_tier = 'pro';
            DELETE FROM account_changes;
            DELETE FROM daily_changes;
            DELETE FROM users;
            SELECT cortex_keep_audit_events(now(), now() - interval '1 year')
            """);

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM users"));
    }
}
