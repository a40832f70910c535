using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>A program that writes the documented tables needs privileges on them only.</remarks>
public sealed class GrantedRoleTests(PostgresCluster cluster)
{
    private const string Documented = """
        GRANT SELECT, INSERT, UPDATE (subscription_tier), DELETE ON users TO app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys, usage_logs, billing_events TO app
        """;

    private const string NewUser = "INSERT INTO users (id, email, password_hash) VALUES ('00000000-0000-4000-8000-0000000000f1', 'plain@example.com', 'x')";

    private const string Accounts = "SELECT coalesce(sum(accounts), 0)::bigint FROM account_changes";

    [Fact]
    public async Task A_role_with_privileges_on_the_documented_tables_alone_can_write_them()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync(Documented);

        await PythonDatabase.SqlAsync<object>(app, NewUser);
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database.Owner, Accounts));
        await PythonDatabase.SqlAsync<object>(database.Owner, """
            INSERT INTO audit_events (id, occurred_at, action, outcome, user_id, user_agent)
            VALUES (gen_random_uuid(), now(), 'login.succeeded', 'success', '00000000-0000-4000-8000-0000000000f1', 'curl')
            """);
        await PythonDatabase.SqlAsync<object>(app, """
            UPDATE users SET subscription_tier = 'pro' WHERE email = 'plain@example.com';
            INSERT INTO api_keys (user_id, key_hash) SELECT id, repeat('0', 64) FROM users;
            UPDATE api_keys SET name = 'named', is_active = false;
            INSERT INTO usage_logs (user_id, api_key_id, endpoint) SELECT user_id, id, '/x' FROM api_keys;
            UPDATE usage_logs SET tokens_used = 1;
            INSERT INTO billing_events (user_id, event_type, polar_event_id) SELECT id, 'order.paid', 'evt_1' FROM users;
            UPDATE billing_events SET processed = true;
            DELETE FROM api_keys;
            """);
        Assert.True(await PythonDatabase.SqlAsync<bool>(database.Owner, "SELECT updated_at > created_at FROM users"));

        await PythonDatabase.SqlAsync<object>(app, "DELETE FROM users");

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, Accounts));
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM usage_logs"));
        Assert.True(await PythonDatabase.SqlAsync<bool>(database.Owner, "SELECT user_agent IS NULL FROM audit_events"));
    }

    [Theory]
    [InlineData("SELECT cortex_keep_audit_events(now(), 'infinity')")]
    [InlineData("SELECT cortex_audit_partition('1999-01-01')")]
    [InlineData("CREATE TABLE pg_temp.trap (id uuid); CREATE TRIGGER trap AFTER TRUNCATE ON pg_temp.trap EXECUTE FUNCTION cortex_count_accounts()")]
    [InlineData("CREATE TABLE pg_temp.trap (id uuid); CREATE TRIGGER trap AFTER DELETE ON pg_temp.trap FOR EACH ROW EXECUTE FUNCTION cortex_forget_person()")]
    [InlineData("INSERT INTO account_changes VALUES ('free', true, true, true, 1000)")]
    [InlineData("SELECT * FROM sessions")]
    public async Task No_other_role_can_use_the_privileges_of_the_functions(string sql)
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync(Documented);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => PythonDatabase.SqlAsync<object>(app, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_programs_own_temporary_tables_are_not_mistaken_for_the_servers()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync(Documented);

        await PythonDatabase.SqlAsync<object>(
            app, "CREATE TEMPORARY TABLE account_changes (LIKE users); CREATE TEMPORARY TABLE daily_changes (LIKE users);" + NewUser);

        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database.Owner, Accounts));
    }

    /// <remarks>A program can't choose the number that distinguishes rows of the same address.</remarks>
    [Theory]
    [InlineData("INSERT INTO users (email, password_hash, email_twin) VALUES ('Plain@example.com', 'x', 1)")]
    [InlineData("UPDATE users SET email = 'PLAIN@example.com', email_twin = 5 WHERE email = 'other@example.com'")]
    [InlineData("UPDATE users SET email_twin = 3 WHERE email LIKE 'plain%'; INSERT INTO users (email, password_hash) VALUES ('plain@Example.com', 'x')")]
    public async Task A_program_that_writes_users_cannot_create_a_second_account_for_an_address(string sql)
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync(Documented + "; GRANT UPDATE ON users TO app");
        await PythonDatabase.SqlAsync<object>(app, NewUser + "; INSERT INTO users (email, password_hash, email_twin) VALUES ('other@example.com', 'x', 7)");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => PythonDatabase.SqlAsync<object>(app, sql));

        Assert.Equal((PostgresErrorCodes.UniqueViolation, "ux_users_email"), (refused.SqlState, refused.ConstraintName));
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT sum(email_twin)::bigint FROM users"));
        await PythonDatabase.SqlAsync<object>(database.Owner, "INSERT INTO users (email, password_hash, email_twin) VALUES ('PLAIN@EXAMPLE.COM', 'x', 1)");
        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT sum(email_twin)::bigint FROM users"));
    }

    /// <remarks>
    /// This also covers functions of later migrations. Functions that run as their caller stay callable by all: indexes call some for every written row.
    /// </remarks>
    [Fact]
    public async Task Every_function_has_a_fixed_search_path_and_only_the_owner_can_call_one_that_runs_as_the_owner()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);

        Assert.Equal("", await PythonDatabase.SqlAsync<string>(database.Owner, """
            SELECT coalesce(string_agg(proname, ' '), '') FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND (
                NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting IN ('search_path=public, pg_temp', 'search_path=pg_catalog, pg_temp'))
                OR prosecdef AND has_function_privilege('public', oid, 'EXECUTE'))
            """));
        Assert.Equal("", await PythonDatabase.SqlAsync<string>(database.Owner, """
            SELECT coalesce(string_agg(proname, ' '), '') FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proname ~ '_(audit|count|forget|keep|notify|touch)_' AND NOT prosecdef
            """));
    }
}
