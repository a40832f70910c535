using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A server on a database that an ORM created, without database defaults.</summary>
public sealed class OrmDatabaseApp(PostgresCluster cluster) : ConfiguredCostApp(cluster)
{
    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.MadeByOrm, PythonDatabase.Rows);
        var before = await PythonDatabase.DumpAsync(database);
        await PostgresCluster.MigrateAsync(database);
        Assert.Equal(before, await PythonDatabase.DumpAsync(database));
        return database;
    }
}

/// <remarks>A program written for the documented tables still works with them.</remarks>
public sealed class PlainSqlTests(OrmDatabaseApp app) : IClassFixture<OrmDatabaseApp>
{
    private const string LogInRoute = "/api/v1/auth/login";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plain_INSERT_creates_a_user_who_can_log_in()
    {
        var email = app.NewEmail();
        await InsertAsync(email);

        var me = await (await app.WithToken(await LogInAsync(email)).GetAsync("/api/v1/auth/me", Ct)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("free", me.GetProperty("subscription_tier").GetString());
        Assert.True(me.GetProperty("is_active").GetBoolean());
        Assert.False(me.GetProperty("is_verified").GetBoolean());
        Assert.False(me.GetProperty("two_factor_enabled").GetBoolean());
        Assert.EndsWith("Z", me.GetProperty("created_at").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_INSERTs_into_the_other_tables_get_the_defaults()
    {
        var id = await InsertAsync(app.NewEmail());

        Assert.Equal(
            true,
            await app.SqlAsync("INSERT INTO api_keys(user_id, key_hash) VALUES ($1, $2) RETURNING is_active AND created_at IS NOT NULL", id, $"hash of {id}"));
        Assert.Equal(
            true,
            await app.SqlAsync(
                "INSERT INTO usage_logs(user_id, endpoint) VALUES ($1, '/x') RETURNING tokens_used = 0 AND cost_usd = 0 AND created_at IS NOT NULL", id));
        Assert.Equal(
            true,
            await app.SqlAsync(
                "INSERT INTO billing_events(user_id, event_type, polar_event_id) VALUES ($1, 'x', $2) RETURNING NOT processed AND created_at IS NOT NULL",
                id, $"evt {id}"));
    }

    [Fact]
    public async Task NULL_in_every_nullable_column_causes_no_failure()
    {
        var email = app.NewEmail();
        var key = $"python-key-of-{email}";
        var id = await InsertAsync(email);
        await app.SqlAsync(
            "UPDATE users SET api_key = NULL, subscription_tier = NULL, is_active = NULL, is_verified = NULL, two_factor_enabled = NULL, two_factor_secret "
                + "= NULL, created_at = NULL, security_stamp = NULL WHERE id = $1", id);
        await app.SqlAsync(
            "INSERT INTO api_keys(user_id, key_hash, name, is_active, created_at) VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'), NULL, NULL, NULL)",
            id, key);

        var http = app.WithToken(await LogInAsync(email));

        var me = await (await http.GetAsync("/api/v1/auth/me", Ct)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("free", me.GetProperty("subscription_tier").GetString());
        Assert.True(me.GetProperty("is_active").GetBoolean());
        await (await app.WithKey(key).GetAsync("/api/v1/auth/me", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key).GetAsync("/api/v1/auth/verify", Ct)).ShouldBeAsync(HttpStatusCode.NoContent);
        var keys = await (await http.GetAsync("/api/v1/auth/api-keys", Ct)).JsonAsync(HttpStatusCode.OK);
        var listed = Assert.Single(keys.EnumerateArray());
        Assert.True(listed.GetProperty("is_active").GetBoolean());
        await (await http.PatchAsync($"/api/v1/auth/api-keys/{listed.GetProperty("id").GetGuid()}", new { name = "named" })).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.GetAsync("/api/v1/auth/sessions", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.PostAsync("/api/v1/auth/2fa/enable", new { })).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.PatchAsync("/api/v1/auth/me/password", new { current_password = PythonDatabase.Password, new_password = "another battery staple" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not base32!")]
    [InlineData("")]
    [InlineData("enc:v1:AAAA")]
    public async Task A_second_factor_with_an_unreadable_secret_rejects_every_code(string? secret)
    {
        var email = app.NewEmail();
        var id = await InsertAsync(email);
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true, two_factor_secret = $2 WHERE id = $1", id, (object?)secret ?? DBNull.Value);

        await (await app.Anonymous().PostAsync(LogInRoute, new { email, password = PythonDatabase.Password })).ShouldBeProblemAsync(401, "two_factor_required");
        await (await app.Anonymous().PostAsync(LogInRoute, new { email, password = PythonDatabase.Password, two_factor_code = "000000" }))
            .ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("$2b$04$")]
    [InlineData("$2b$99$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=4$x$y")]
    public async Task A_malformed_hash_is_a_failed_login(string hash)
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users(email, password_hash) VALUES ($1, $2)", email, hash);

        await (await app.Anonymous().PostAsync(LogInRoute, new { email, password = PythonDatabase.Password })).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task One_account_per_email_ignoring_case_is_enforced_for_every_program()
    {
        var email = app.NewEmail();
        await InsertAsync(email);

        foreach (var twin in new[] { email, email.ToUpperInvariant() })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => InsertAsync(twin));
            Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
            await (await app.Anonymous().PostAsync("/api/v1/auth/register", new { email = twin, password = TestUser.DefaultPassword }))
                .ShouldBeProblemAsync(409, "email_taken");
        }
    }

    [Fact]
    public async Task Updated_at_advances_on_a_change_and_not_on_a_write_that_changes_nothing()
    {
        var id = await InsertAsync(app.NewEmail());
        var made = await UpdatedAtAsync();

        await app.SqlAsync("UPDATE users SET subscription_tier = 'free' WHERE id = $1", id);
        Assert.Equal(made, await UpdatedAtAsync());

        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", id);
        var moved = await UpdatedAtAsync();
        Assert.True(moved > made);

        // A program that doesn't know the column can't hold it back.
        await app.SqlAsync("UPDATE users SET is_verified = true, updated_at = '2001-01-01' WHERE id = $1", id);
        Assert.True(await UpdatedAtAsync() > moved);

        async Task<DateTime> UpdatedAtAsync() => (DateTime)(await app.SqlAsync("SELECT updated_at FROM users WHERE id = $1", id))!;
    }

    private async Task<Guid> InsertAsync(string email) =>
        (Guid)(await app.SqlAsync("INSERT INTO users(email, password_hash) VALUES ($1, $2) RETURNING id", email, PythonHashes.Bcrypt2b))!;

    private async Task<string> LogInAsync(string email) =>
        Tokens.Of(
            await (await app.Anonymous().PostAsync(LogInRoute, new { email, password = PythonDatabase.Password })).JsonAsync(HttpStatusCode.OK)).AccessToken;
}
