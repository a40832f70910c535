using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>Dumps, restores, and foreign tables work with an empty search_path.</remarks>
public sealed class DumpTests(PostgresCluster cluster)
{
    private const string Users = "SELECT count(*) FROM users";

    private const string Counted =
        "SELECT sum(accounts)::bigint FROM (SELECT accounts FROM account_totals UNION ALL SELECT accounts FROM account_changes) AS accounts";

    private const string Admins =
        "SELECT string_agg(email, ' ') FROM users JOIN user_roles ON user_id = users.id JOIN roles ON roles.id = role_id WHERE name = 'admin'";

    /// <summary>Compares names only, because PostgreSQL formats some trigger conditions differently after a restore.</summary>
    private const string Objects = """
        SELECT string_agg(name, ' ' ORDER BY name) FROM (
            SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT concat_ws(' ', proname, prosecdef, proconfig, has_function_privilege('public', oid, 'EXECUTE')) FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal) AS objects
        """;

    [Fact]
    public async Task Rows_are_written_with_an_empty_search_path()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);

        await PythonDatabase.SqlAsync<object>(database.Owner, """
            SET search_path = '';
            INSERT INTO public.users (email, password_hash) VALUES ('a@example.com', 'x'), ('b@example.com', 'x');
            UPDATE public.users SET subscription_tier = 'pro';
            INSERT INTO public.api_keys (user_id, key_hash) SELECT id, id::text FROM public.users;
            INSERT INTO public.audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), now(), 'login.succeeded', 'success');
            DELETE FROM public.users WHERE email = 'b@example.com';
            SELECT public.cortex_keep_audit_events(now() + interval '1 year', '-infinity');
            RESET search_path
            """);

        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database.Owner, Counted));
        Assert.True(
            await PythonDatabase.SqlAsync<bool>(
                database.Owner, "SELECT count(*) > 4 FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public async Task A_data_only_dump_restores_every_user_and_administrator_in_another_database()
    {
        var source = await FilledAsync();
        var target = await OwnedDatabase.MigratedAsync(cluster);

        foreach (var table in new[] { "users", "user_roles" })
        {
            await RestoreAsync(target.Owner, await PostgresTool.RunAsync("pg_dump", source.Owner, "--data-only", "--table", table));
        }

        Assert.Equal(9L, await PythonDatabase.SqlAsync<long>(target.Owner, Users));
        Assert.Equal(9L, await PythonDatabase.SqlAsync<long>(target.Owner, Counted));
        Assert.Equal("a2@example.com", await PythonDatabase.SqlAsync<string>(target.Owner, Admins));
    }

    [Fact]
    public async Task An_owner_restores_a_whole_dump_without_errors_and_its_triggers_work()
    {
        var source = await FilledAsync();
        var target = await OwnedDatabase.CreateAsync(cluster);

        await RestoreAsync(target.Owner, await PostgresTool.RunAsync("pg_dump", source.Owner, "--no-owner"));

        Assert.Equal(await PythonDatabase.SqlAsync<string>(source.Owner, Objects), await PythonDatabase.SqlAsync<string>(target.Owner, Objects));
        Assert.Equal(await PythonDatabase.DumpAsync(source.Owner), await PythonDatabase.DumpAsync(target.Owner));
        await PythonDatabase.SqlAsync<object>(
            target.Owner,
            "DELETE FROM users WHERE email = 'y2@example.com'; INSERT INTO users (email, password_hash) VALUES ('new@example.com', 'x'), "
                + "('other@example.com', 'x')");
        Assert.Equal(10L, await PythonDatabase.SqlAsync<long>(target.Owner, Counted));
        await PostgresCluster.MigrateAsync(target.Owner);
    }

    /// <remarks>Without explicit privileges, PostgreSQL lets every role call every function.</remarks>
    [Fact]
    public async Task After_a_restore_without_privileges_migrate_leaves_the_owners_functions_to_the_owner_alone()
    {
        var source = await FilledAsync();
        var target = await OwnedDatabase.CreateAsync(cluster);
        await RestoreAsync(target.Owner, await PostgresTool.RunAsync("pg_dump", source.Owner, "--no-owner", "--no-privileges"));
        Assert.NotEqual(await PythonDatabase.SqlAsync<string>(source.Owner, Objects), await PythonDatabase.SqlAsync<string>(target.Owner, Objects));

        await PostgresCluster.MigrateAsync(target.Owner);

        Assert.Equal(await PythonDatabase.SqlAsync<string>(source.Owner, Objects), await PythonDatabase.SqlAsync<string>(target.Owner, Objects));
    }

    [Fact]
    public async Task A_foreign_table_accepts_rows()
    {
        var target = await OwnedDatabase.MigratedAsync(cluster);
        var remote = new NpgsqlConnectionStringBuilder(target.Owner);
        var local = await cluster.CreateDatabaseAsync(migrated: false);
        Assert.SkipUnless(
            await PythonDatabase.SqlAsync<bool>(local, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgres_fdw')"),
            "postgres_fdw is not installed");

        await PythonDatabase.SqlAsync<object>(local, $"""
            CREATE EXTENSION postgres_fdw;
            CREATE SERVER target FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{remote.Host}', port '{remote.Port}', dbname '{remote.Database}');
            CREATE USER MAPPING FOR CURRENT_USER SERVER target OPTIONS (user '{remote.Username}', password '{remote.Password}');
            CREATE FOREIGN TABLE users (email varchar(255), password_hash varchar(255)) SERVER target;
            INSERT INTO users VALUES ('foreign@example.com', 'x');
            UPDATE users SET password_hash = 'y' WHERE email = 'foreign@example.com'
            """);

        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(target.Owner, Users));
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(target.Owner, Counted));
    }

    private async Task<OwnedDatabase> FilledAsync()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, PythonDatabase.Rows);
        await PythonDatabase.SqlAsync<object>(database.Owner, """
            INSERT INTO user_roles SELECT users.id, roles.id FROM users, roles WHERE email = 'a2@example.com' AND name = 'admin';
            INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), now(), 'login.succeeded', 'success')
            """);
        return database;
    }

    private static async Task RestoreAsync(string database, string dump)
    {
        var (exitCode, errors) = await PostgresTool.PsqlAsync(database, dump);
        Assert.True(exitCode == 0, errors);
    }
}
