using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A server that runs on the Python server's database.</summary>
public sealed class AdoptedApp(PostgresCluster cluster) : ConfiguredCostApp(cluster)
{
    public string Before { get; private set; } = "";

    public string After { get; private set; } = "";

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, PythonDatabase.Rows);
        Before = await PythonDatabase.DumpAsync(database);
        await PostgresCluster.MigrateAsync(database);
        After = await PythonDatabase.DumpAsync(database);
        return database;
    }
}

/// <remarks>The first migration adopts the Python server's tables, and its hashes, secrets, and keys continue to work.</remarks>
public sealed class AdoptionTests(AdoptedApp app) : IClassFixture<AdoptedApp>
{
    private const string LogInRoute = "/api/v1/auth/login";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_row_of_all_four_tables_is_kept_byte_for_byte()
    {
        Assert.Equal(15, app.Before.Split("\n").Count(line => line.Contains("(00000000-0000-4000-8000-", StringComparison.Ordinal)));
        Assert.Equal(app.Before, app.After);
    }

    [Theory]
    [InlineData("a2@example.com", "$2a$", "free")]
    [InlineData("B2@Example.com", "$2b$", "pro")]
    [InlineData("y2@example.com", "$2y$", "enterprise")]
    [InlineData("cost12@example.com", "$2b$12$", "free")]
    [InlineData("sha256@example.com", "$bcrypt-sha256$v=2", "free")]
    [InlineData("sha256-1@example.com", "$bcrypt-sha256$2b", "free")]
    public async Task Users_log_in_with_passwords_that_Python_hashed(string email, string hash, string tier)
    {
        Assert.Contains($"{email},{hash}", app.After.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await (await app.Anonymous().PostAsync(LogInRoute, new { email, password = PythonDatabase.Password + "!" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");

        // Log in twice: the first login replaces a hash that has another cost.
        for (var time = 0; time < 2; time++)
        {
            var tokens = await LogInAsync(new { email = time == 0 ? email : email.ToUpperInvariant(), password = PythonDatabase.Password });
            var me = await (await app.WithToken(tokens.AccessToken).GetAsync("/api/v1/auth/me", Ct)).JsonAsync(HttpStatusCode.OK);
            Assert.Equal(email, me.GetProperty("email").GetString());
            Assert.Equal(tier, me.GetProperty("subscription_tier").GetString());
            Assert.Equal("2024-01-02T03:04:05", me.GetProperty("created_at").GetString()![..19]);
        }

        Assert.StartsWith("$2b$10$", (string)(await app.SqlAsync("SELECT password_hash FROM users WHERE email = $1", email))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_user_stays_disabled() =>
        await (await app.Anonymous().PostAsync(LogInRoute, new { email = "off@example.com", password = PythonDatabase.Password }))
            .ShouldBeProblemAsync(403, "account_disabled");

    [Fact]
    public async Task A_plain_text_TOTP_secret_works_and_is_encrypted_at_its_first_use()
    {
        const string Email = "totp@example.com";
        await (await app.Anonymous().PostAsync(LogInRoute, new { email = Email, password = PythonDatabase.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
        Assert.Equal(PythonHashes.PyotpSecret, await SecretAsync());

        await LogInAsync(new { email = Email, password = PythonDatabase.Password, two_factor_code = Code() });
        var stored = await SecretAsync();
        Assert.DoesNotContain(PythonHashes.PyotpSecret, stored, StringComparison.Ordinal);
        Assert.InRange(stored.Length, 1, 255);

        app.Clock.Advance(TimeSpan.FromSeconds(60));
        await LogInAsync(new { email = Email, password = PythonDatabase.Password, two_factor_code = Code() });
        Assert.Equal(stored, await SecretAsync());

        string Code() => Totp.Code(PythonHashes.PyotpSecret, app.Clock.GetUtcNow());

        async Task<string> SecretAsync() => (string)(await app.SqlAsync("SELECT two_factor_secret FROM users WHERE email = $1", Email))!;
    }

    [Fact]
    public async Task A_key_whose_hash_Python_stored_works()
    {
        var me = await MeAsync(PythonDatabase.HashedKey);

        Assert.Equal("B2@Example.com", me.GetProperty("email").GetString());
        await (await app.WithKey(PythonDatabase.HashedKey + "0").GetAsync("/api/v1/auth/me", Ct)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_plain_text_key_works_and_becomes_a_row_at_its_first_use()
    {
        var me = await MeAsync(PythonDatabase.PlainKey);
        Assert.Equal("plainkey@example.com", me.GetProperty("email").GetString());

        var owner = me.GetProperty("id").GetGuid();
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT api_key FROM users WHERE id = $1", owner));
        Assert.Equal("legacy", await app.SqlAsync("SELECT name FROM api_keys WHERE user_id = $1", owner));
        Assert.Equal("plainkey@example.com", (await MeAsync(PythonDatabase.PlainKey)).GetProperty("email").GetString());
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", owner));
    }

    [Fact]
    public async Task New_keys_and_sessions_coexist_with_the_old_ones()
    {
        var http = app.WithToken((await LogInAsync(new { email = "B2@Example.com", password = PythonDatabase.Password })).AccessToken);

        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        Assert.Equal("B2@Example.com", (await MeAsync(key)).GetProperty("email").GetString());
        var keys = await (await http.GetAsync("/api/v1/auth/api-keys", Ct)).JsonAsync(HttpStatusCode.OK);
        Assert.Superset(
            new HashSet<string?> { "ci", "old", "test" },
            keys.EnumerateArray().Select(item => item.GetProperty("name").GetString()).ToHashSet());
    }

    private async Task<Tokens> LogInAsync(object body) => Tokens.Of(await (await app.Anonymous().PostAsync(LogInRoute, body)).JsonAsync(HttpStatusCode.OK));

    private async Task<JsonElement> MeAsync(string key) => await (await app.WithKey(key).GetAsync("/api/v1/auth/me", Ct)).JsonAsync(HttpStatusCode.OK);
}
