using System.Net;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>
/// Runs the whole program, including its commands, in typical environments: without a superuser, on every version of PostgreSQL, through a pooler, and as a
/// role that owns nothing.
/// </remarks>
public sealed class WhereItRunsTests(PostgresCluster cluster) : IDisposable
{
    private const string Password = "correct horse battery staple";

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    public async Task The_owner_of_a_database_runs_the_program_on_every_version_of_PostgreSQL(int major)
    {
        await using var postgres = await InstalledPostgres.StartAsync(major);
        var database = await OwnedDatabase.GiveAsync(postgres.ConnectionString);
        Assert.StartsWith($"{major}.", await PythonDatabase.SqlAsync<string>(database.Owner, "SHOW server_version"), StringComparison.Ordinal);

        await MigrateAsync(database.Owner);
        await TourAsync(database.Owner);
    }

    [Fact]
    public async Task The_owner_of_a_database_runs_the_program_on_the_PostgreSQL_of_this_machine()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);

        await MigrateAsync(database.Owner);
        await TourAsync(database.Owner);
    }

    [Fact]
    public async Task The_owner_of_a_database_migrates_and_runs_the_program_through_a_pooler()
    {
        Assert.SkipUnless(PgBouncer.IsInstalled, "pgbouncer is not installed");
        var database = await OwnedDatabase.CreateAsync(cluster);
        await using var pooler = new PgBouncer();
        await pooler.StartAsync(database.Owner);

        await MigrateAsync(pooler.ConnectionString);
        await TourAsync(pooler.ConnectionString);
    }

    [Fact]
    public async Task A_role_with_the_documented_grants_runs_the_program_and_owns_nothing()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        await MigrateAsync(database.Owner);
        var app = await database.AddServingRoleAsync();

        await TourAsync(app);

        // A year later there are new partitions, which belong to the owner.
        await PythonDatabase.SqlAsync<object>(app, "SELECT cortex_keep_audit_events(now() + interval '1 year', '-infinity')");
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(app, "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"));
        Assert.True(
            await PythonDatabase.SqlAsync<bool>(
                app, "SELECT bool_and(has_table_privilege(inhrelid, 'SELECT')) FROM pg_inherits WHERE inhparent = 'audit_events'::regclass"));
    }

    [Fact]
    public async Task A_role_that_owns_nothing_cannot_migrate_and_is_told_what_it_needs()
    {
        var database = await OwnedDatabase.CreateAsync(cluster);
        var app = await database.AddRoleAsync("GRANT USAGE ON SCHEMA public TO app");

        foreach (var command in new[] { "migrate", "serve", "rotate-keys" })
        {
            var run = (await Cli.RunAsync(app, [command])).ShouldExitWith(1);

            Assert.Contains("CREATE", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.DoesNotContain("correct-horse", run.Errors + run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_error_during_a_command_is_one_line_without_a_stack_trace()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room'' USING DETAIL = NEW.email, ERRCODE = ''42501''; END';
            CREATE TRIGGER refuse BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse()
            """);

        var run = (await Cli.RunAsync(database.Owner, ["create-admin", "--email", "ada@example.com"])).ShouldExitWith(1);

        Assert.Contains("42501: no room", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("correct-horse", run.Errors, StringComparison.Ordinal);
    }

    private static async Task MigrateAsync(string connectionString) =>
        Assert.Empty((await Cli.RunAsync(connectionString, ["migrate"])).ShouldExitWith(0).ErrorLines);

    private async Task TourAsync(string connectionString)
    {
        var admin = Assert.Single((await Cli.RunAsync(connectionString, ["create-admin", "--email", "admin@example.com"])).ShouldExitWith(0).OutputLines());
        var file = Path.Combine(_folder, "users.ndjson");
        await File.WriteAllTextAsync(file, """{"email":"imported@example.com","is_verified":true}""", Ct);
        (await Cli.RunAsync(connectionString, ["import", file])).ShouldExitWith(0);

        (Person Person, string Key) kept;
        await using (var server = await StartAsync(connectionString))
        {
            kept = await UseAsync(server);
            await AdministerAsync(server, admin);
            (await Cli.RunAsync(connectionString, ["rotate-keys"])).ShouldExitWith(0);
            (await Cli.RunAsync(connectionString, ["healthcheck", "--url", $"{server.Address}"])).ShouldExitWith(0);
            ServerLog.ShouldHaveNoErrors(server.Process.Output);
            Assert.DoesNotContain("Could not", server.Process.Output, StringComparison.Ordinal);
        }

        await using var again = await StartAsync(connectionString);
        Assert.Equal(204, await again.VerifyAsync(kept.Key));
        await (await again.LogInAsync(kept.Person.Email)).ShouldBeProblemAsync(401, "two_factor_required");
    }

    private static Task<Replica> StartAsync(string connectionString) =>
        Replica.StartAsync(connectionString, ("ADMIN_SECOND_FACTOR", "optional"), ("TRUSTED_PROXIES", "127.0.0.1"));

    private static async Task<(Person Person, string Key)> UseAsync(Replica server)
    {
        var person = await server.SignUpAsync();
        var (_, key) = await server.NewKeyAsync(person, "introspect");
        Assert.Equal(204, await server.VerifyAsync(key));
        var introspected = await (await server.PostAsync("introspect", new { token = person.Token }, key)).JsonAsync(HttpStatusCode.OK);
        Assert.True(introspected.GetProperty("active").GetBoolean());
        var fresh = Tokens.Of(await (await server.RefreshAsync(person.Tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        foreach (var path in new[] { "me", "me/export", "me/events", "sessions", "api-keys" })
        {
            await (await server.GetAsync(path, fresh.AccessToken)).ShouldBeAsync(HttpStatusCode.OK);
        }

        var secret = (await (await server.PostAsync("2fa/enable", new { }, fresh.AccessToken)).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        var codes = await (await server.PostAsync("2fa/verify", new { code = Totp.Code(secret, TimeProvider.System.GetUtcNow()) }, fresh.AccessToken))
            .JsonAsync(HttpStatusCode.OK);
        await (await server.PostAsync(
            "login", new { email = person.Email, password = Password, recovery_code = codes.GetProperty("recovery_codes")[0].GetString() }))
            .ShouldBeAsync(HttpStatusCode.OK);
        await (await server.PostAsync("forgot-password", new { email = person.Email })).ShouldBeAsync(HttpStatusCode.Accepted);

        var gone = await server.SignUpAsync();
        var (goneKey, _) = await server.NewKeyAsync(gone);
        await (await server.SendAsync(HttpMethod.Delete, $"api-keys/{goneKey}", gone.Token)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await server.SendAsync(HttpMethod.Delete, "me", gone.Token, new { password = Password })).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(401, await server.VerifyAsync(gone.Token));
        return (person, key);
    }

    private static async Task AdministerAsync(Replica server, string password)
    {
        var admin = Tokens.Of(await (await server.LogInAsync("admin@example.com", password)).JsonAsync(HttpStatusCode.OK)).AccessToken;
        foreach (var list in new[] { "users", "users?email=imported", "stats", "audit-events", "billing-events" })
        {
            await (await server.GetAsync($"/api/v1/admin/{list}", admin)).ShouldBeAsync(HttpStatusCode.OK);
        }

        var made = await (await server.SendAsync(
            HttpMethod.Post, "/api/v1/admin/users", admin, new { email = Replica.NewEmail(), roles = new[] { "support" } }))
            .JsonAsync(HttpStatusCode.Created);
        var path = $"/api/v1/admin/users/{made.GetProperty("id").GetGuid()}";
        await (await server.SendAsync(HttpMethod.Patch, path, admin, new { subscription_tier = "pro", is_active = false })).ShouldBeAsync(HttpStatusCode.OK);
        await (await server.SendAsync(HttpMethod.Delete, path, admin)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await server.PostAsync("logout/all", credential: admin)).ShouldBeAsync(HttpStatusCode.NoContent);
    }
}
