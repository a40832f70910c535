using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>Managed PostgreSQL services give their customers a role that isn't a superuser.</remarks>
public sealed class UnprivilegedOwnerTests(PostgresCluster cluster)
{
    private const string Staff =
        "SELECT string_agg(split_part(email, '@', 1) || '=' || name, ' ' ORDER BY name) FROM user_roles JOIN users ON users.id = user_id JOIN roles ON "
            + "roles.id = role_id";

    private const string Logins = "SELECT sum(logins)::bigint FROM (SELECT logins FROM daily_totals UNION ALL SELECT logins FROM daily_changes) AS days";

    [Fact]
    public async Task The_owner_of_a_database_migrates_it_without_a_superuser()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);

        foreach (var expected in new[] { "Applied ", "Nothing to do" })
        {
            var run = (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);
            Assert.StartsWith(expected, run.Output, StringComparison.Ordinal);
            Assert.Empty(run.ErrorLines);
        }
    }

    [Fact]
    public async Task A_role_that_can_only_create_in_the_schema_of_another_roles_database_migrates_it()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        var app = await database.AddRoleAsync("GRANT USAGE, CREATE ON SCHEMA public TO app");
        await PythonDatabase.SqlAsync<object>(database.Owner, $"REVOKE TEMPORARY ON DATABASE {OwnedDatabase.NameOf(app)} FROM PUBLIC");

        (await Cli.RunAsync(app, ["migrate"])).ShouldExitWith(0);

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(app, "SELECT count(*) FROM users"));
    }

    /// <remarks>Hosting services such as Supabase grant EXECUTE on every new function to the roles of their own API.</remarks>
    [Fact]
    public async Task The_owners_functions_stay_unchanged_and_only_the_owner_can_call_those_that_run_as_the_owner()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await database.AddRoleAsync("ALTER DEFAULT PRIVILEGES FOR ROLE CURRENT_USER IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO app");
        await PythonDatabase.SqlAsync<object>(database.Owner, "CREATE FUNCTION cortex_search(text) RETURNS integer LANGUAGE sql AS 'SELECT 1'");
        await PythonDatabase.SqlAsync<object>(database.Owner, "CREATE AGGREGATE cortex_agg(integer) (sfunc = int4pl, stype = integer)");

        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);

        Assert.False(
            await PythonDatabase.SqlAsync<bool>(database.Owner, "SELECT prosecdef OR proconfig IS NOT NULL FROM pg_proc WHERE proname = 'cortex_search'"));
        Assert.Equal(
            15L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"));
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(
            database.Owner,
            "SELECT count(*) FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE prosecdef AND pronamespace = "
                + "'public'::regnamespace AND grantee <> proowner"));
    }

    [Fact]
    public async Task A_schema_whose_name_needs_quotes_is_migrated_and_found_again()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, "CREATE SCHEMA \"Odd Schema-1\"");
        var odd = new NpgsqlConnectionStringBuilder(database.Owner) { SearchPath = "\"Odd Schema-1\"" }.ConnectionString;

        (await Cli.RunAsync(odd, ["migrate"])).ShouldExitWith(0);
        (await Cli.RunAsync(odd, ["migrate", "--check"])).ShouldExitWith(0);

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(odd, "SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_database_that_a_superuser_migrated_with_the_previous_version_ends_up_like_a_new_one()
    {
        var fresh = await OwnedDatabase.MigratedAsync(cluster);
        var old = await OwnedDatabase.ReleasedAsync(cluster);
        Assert.Equal("admin=admin support=support", await PythonDatabase.SqlAsync<string>(old.Owner, Staff));

        (await Cli.RunAsync(old.Owner, ["migrate"])).ShouldExitWith(0);

        Assert.Equal(await WholeSchema.ReadAsync(fresh.Owner), await WholeSchema.ReadAsync(old.Owner));
        Assert.Equal("admin=admin support=support", await PythonDatabase.SqlAsync<string>(old.Owner, Staff));
    }

    [Fact]
    public async Task A_serving_role_continues_after_an_upgrade_once_the_documented_grants_are_run_again()
    {
        const string Keep = "SELECT cortex_keep_audit_events(now() + interval '6 months', '-infinity')";
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        var app = await database.AddServingRoleAsync("cortex_keep_usage_months");
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);
        await Assert.ThrowsAsync<PostgresException>(() => PythonDatabase.SqlAsync<object>(app, Keep));

        for (var time = 0; time < 2; time++)
        {
            await database.GrantServingAsync(app);
        }

        await PythonDatabase.SqlAsync<object>(app, Keep);
        Assert.Empty((await Cli.RunAsync(app, ["rotate-keys"])).ShouldExitWith(0).ErrorLines);
        foreach (var refused in new[] { "DELETE FROM audit_events", "DELETE FROM \"__EFMigrationsHistory\"", "SELECT cortex_audit_partition(now())" })
        {
            var failure = await Assert.ThrowsAsync<PostgresException>(() => PythonDatabase.SqlAsync<object>(app, refused));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, failure.SqlState);
        }
    }

    /// <remarks>They were counted on insertion, and moving them to their month's partition must not count them again.</remarks>
    [Fact]
    public async Task Logins_of_a_month_without_a_partition_are_counted_once()
    {
        var database = await OwnedDatabase.ReleasedAsync(cluster);
        await PostgresCluster.MigrateAsync(database.Owner);
        await PythonDatabase.SqlAsync<object>(
            database.Owner,
            "INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), now() - interval '100 days', "
                + "'login.succeeded', 'success')");
        Assert.Equal(4L, await PythonDatabase.SqlAsync<long>(database.Owner, Logins));

        await PythonDatabase.SqlAsync<object>(database.Owner, "SELECT cortex_keep_audit_events(now(), '-infinity')");

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM audit_events_default"));
        Assert.Equal(4L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM audit_events"));
        Assert.Equal(4L, await PythonDatabase.SqlAsync<long>(database.Owner, Logins));
    }

    [Fact]
    public async Task An_event_is_not_lost_while_a_table_has_the_name_of_its_partition()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, """
            INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), '2020-02-03', 'login.failed', 'failure');
            CREATE TABLE audit_events_2020_02 (archived text)
            """);

        await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => PythonDatabase.SqlAsync<object>(database.Owner, "SELECT cortex_keep_audit_events(now(), '-infinity')"));

        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM audit_events"));
    }
}
