using System.Net;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Inspection;

/// <remarks>Some database settings change the meaning of texts. None of them may affect the server.</remarks>
public sealed class OddDatabaseTests(PostgresCluster cluster)
{
    /// <summary>Makes every text column compare case-insensitively, with a collation for which PostgreSQL has no pattern matching.</summary>
    private const string Nondeterministic = """
        CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        DO $$
        DECLARE
            one record;
        BEGIN
            FOR one IN
                SELECT relname, attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND attcollation <> 0
            LOOP
                EXECUTE format('ALTER TABLE %I ALTER %I TYPE %s COLLATE loose', one.relname, one.attname, one.type);
            END LOOP;
        END $$
        """;

    [Fact]
    public async Task Text_columns_with_a_nondeterministic_collation_are_adopted_unchanged()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, PythonDatabase.Documented + PythonDatabase.Rows + Nondeterministic);
        (await Cli.RunAsync(database.Owner, ["migrate", "--check"])).ShouldExitWith(0);
        (await Cli.RunAsync(database.Owner, ["migrate"])).ShouldExitWith(0);

        await using var server = await Replica.StartAsync(database.Owner);
        await (await server.LogInAsync("A2@example.com", PythonDatabase.Password)).ShouldBeAsync(HttpStatusCode.OK);
        await (await server.LogInAsync("a2@example.com", "wrong horse")).ShouldBeProblemAsync(401, "invalid_credentials");
        var (_, key) = await server.NewKeyAsync(await server.SignUpAsync());
        Assert.Equal(204, await server.VerifyAsync(key));

        var plan = await PythonDatabase.SqlAsync<string>(database.Owner, $"SET enable_seqscan = off; EXPLAIN (FORMAT json) SELECT {CostliestHash.Columns}");
        Assert.Contains("ix_users_by_bcrypt_cost", plan, StringComparison.Ordinal);
        Assert.Contains("ix_users_by_pbkdf2_iterations", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task If_backslashes_are_escapes_by_default_the_schema_is_the_same(bool pooled)
    {
        Assert.SkipUnless(!pooled || PgBouncer.IsInstalled, "pgbouncer is not installed");
        var expected = await OwnedDatabase.MigratedAsync(cluster);
        var database = await OwnedDatabase.CreateAsync(cluster);
        await PythonDatabase.SqlAsync<object>(
            database.Superuser, $"ALTER DATABASE {OwnedDatabase.NameOf(database.Owner)} SET standard_conforming_strings = off");
        await using var pooler = new PgBouncer();
        var target = database.Owner;
        if (pooled)
        {
            await pooler.StartAsync(database.Owner);
            target = pooler.ConnectionString;
        }

        (await Cli.RunAsync(target, ["migrate", "--check"])).ShouldExitWith(0);
        (await Cli.RunAsync(target, ["migrate"])).ShouldExitWith(0);

        // PostgreSQL's output of backslashes depends on this setting too.
        var printed = new NpgsqlConnectionStringBuilder(database.Owner) { Options = "-c standard_conforming_strings=on" }.ConnectionString;
        Assert.Equal(await WholeSchema.ReadAsync(expected.Owner), await WholeSchema.ReadAsync(printed));
        await PythonDatabase.SqlAsync<object>(database.Owner, """
            INSERT INTO audit_events (id, occurred_at, action, outcome) VALUES (gen_random_uuid(), now() - interval '13 months', 'login.succeeded', 'success');
            SELECT cortex_keep_audit_events(now(), '-infinity');
            SELECT cortex_keep_audit_events(now(), now() - interval '1 year')
            """);
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, "SELECT count(*) FROM audit_events"));
    }
}
