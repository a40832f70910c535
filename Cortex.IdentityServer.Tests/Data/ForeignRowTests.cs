using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>
/// A server whose <c>password_hash</c> column may be NULL, with the operator's own tier and with 1,500 users whose dates another program set.
/// </summary>
public sealed class ForeignRowsApp(PostgresCluster cluster) : ConfiguredCostApp(cluster), IAsyncLifetime
{
    public const int People = 1500;

    public TwoFactorUser Admin { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings => [("API_KEY_LIMITS", "free=3,Pro plan=5")];

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        var database = await cluster.CreateDatabaseAsync();
        await PythonDatabase.SqlAsync<object>(database, $"""
            ALTER TABLE users ALTER password_hash DROP NOT NULL;
            INSERT INTO users (email, password_hash, created_at, updated_at)
            SELECT 'dated' || number || '@example.org', '{PythonHashes.Bcrypt2b}', at, at FROM generate_series(1, {People}) AS number CROSS JOIN LATERAL (SELECT
                (ARRAY['0001-01-01Z', '-infinity', 'infinity', NULL, '0044-03-15 BC', '4713-11-24 BC', '10000-01-01Z', '294276-12-31Z',
                    '9999-12-31 23:59:59.999999Z', '2024-01-01Z']::timestamptz[])[1 + number % 10] AS at) AS dates
            """);
        return database;
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Admin = await this.SignUpStaffAsync();
    }
}

/// <remarks>Covers rows that other programs write into the documented tables.</remarks>
public sealed class ForeignRowTests(ForeignRowsApp app) : IClassFixture<ForeignRowsApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sort=created_at&order=asc&limit=200")]
    [InlineData("sort=created_at&order=desc&limit=200")]
    [InlineData("sort=created_at&order=desc&limit=7")]
    [InlineData("email=dated&sort=created_at&order=asc&limit=200")]
    [InlineData("sort=email&limit=200")]
    [InlineData("tier=free&order=asc&limit=199")]
    public async Task A_list_shows_each_user_once_whatever_the_creation_time(string query)
    {
        var emails = (await app.Admin.Http.WalkAsync(query)).Where(email => email.StartsWith("dated", StringComparison.Ordinal)).ToList();

        Assert.Equal(ForeignRowsApp.People, emails.Count);
        Assert.Equal(ForeignRowsApp.People, emails.Distinct().Count());
    }

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task An_export_has_each_user_once(string order)
    {
        var lines = (await app.Admin.Http.GetStringAsync($"{Administrators.Users}/export?email=dated&sort=created_at&order={order}", Ct))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(ForeignRowsApp.People, lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("email").GetString()).Distinct().Count());
        Assert.Equal(ForeignRowsApp.People, lines.Length);
    }

    [Fact]
    public async Task Users_of_any_date_can_log_in_and_view_and_export_their_account_and_are_counted()
    {
        for (var number = 1; number <= 10; number++)
        {
            var tokens = await app.LogInAsync(new(default, $"dated{number}@example.org", PythonDatabase.Password));
            var http = app.WithToken(tokens.AccessToken);
            var me = await (await http.FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
            var id = me.GetProperty("id").GetGuid();

            await app.SqlAsync(
                "INSERT INTO api_keys (user_id, key_hash, created_at, last_used_at) SELECT id, $2, created_at, created_at FROM users WHERE id = $1",
                id, $"hash {number}");
            await app.SqlAsync(
                "INSERT INTO usage_logs (user_id, endpoint, cost_usd, created_at) SELECT id, '/x', 'NaN', created_at FROM users CROSS JOIN "
                    + "generate_series(1, 1200) WHERE id = $1",
                id);
            await app.SqlAsync(
                "INSERT INTO billing_events (user_id, event_type, polar_event_id, created_at) SELECT id, 'x', $2, created_at FROM users WHERE id = $1",
                id, $"event {number}");
            var export = await (await http.FetchAsync("/api/v1/auth/me/export")).JsonAsync(HttpStatusCode.OK);

            Assert.Equal(1200, export.GetProperty("usage").GetArrayLength());
            Assert.All(export.GetProperty("usage").EnumerateArray(), row => Assert.Equal(JsonValueKind.Null, row.GetProperty("cost_usd").ValueKind));
            await (await http.FetchAsync("/api/v1/auth/api-keys")).ShouldBeAsync(HttpStatusCode.OK);
            await (await app.Admin.Http.FetchAsync($"{Administrators.Users}/{id}")).ShouldBeAsync(HttpStatusCode.OK);
            await (await app.Admin.Http.FetchAsync($"{Administrators.Users}/{id}/api-keys")).ShouldBeAsync(HttpStatusCode.OK);
            await (await app.Admin.Http.FetchAsync($"{Administrators.Users}/{id}/usage")).ShouldBeAsync(HttpStatusCode.OK);
        }

        var events = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await (await app.Admin.Http.FetchAsync($"/api/v1/admin/billing-events?limit=3{(cursor is null ? "" : "&cursor=" + cursor)}"))
                .JsonAsync(HttpStatusCode.OK);
            events.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("polar_event_id").GetString()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(1, 10).Select(number => $"event {number}").Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
        await (await app.Admin.Http.FetchAsync("/api/v1/admin/stats")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_user_without_a_password_hash_cannot_log_in_but_staff_manage_it_and_a_reset_sets_a_password()
    {
        var email = app.NewEmail();
        var id = (Guid)(await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, NULL) RETURNING id", email))!;

        foreach (var password in new[] { "!", "null", TestUser.DefaultPassword })
        {
            await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email, password })).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        await (await app.Admin.Http.FetchAsync($"{Administrators.Users}/{id}")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Admin.Http.UpdateUserAsync(id, new { subscription_tier = "pro" })).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.ResetAsync(await app.ResetTokenAsync(email))).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.LogInAsync(new(id, email, EmailSteps.NewPassword));
        await app.SqlAsync("UPDATE users SET password_hash = NULL WHERE id = $1", id);
        await (await app.Admin.Http.DeleteAsync(new Uri($"{Administrators.Users}/{id}", UriKind.Relative), Ct)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_tier_set_by_another_program_can_be_searched_and_kept_and_assigned_if_it_is_configured()
    {
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        await app.SqlAsync("UPDATE users SET subscription_tier = 'enterprise_trial' WHERE id = $1", user.Id);

        Assert.Equal([user.Email], await app.Admin.Http.WalkAsync("tier=enterprise_trial"));
        Assert.Empty(await app.Admin.Http.WalkAsync("tier=Enterprise_Trial"));
        await (await app.Admin.Http.UpdateUserAsync(user.Id, new { subscription_tier = "enterprise_trial", is_verified = true }))
            .ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Admin.Http.UpdateUserAsync(other.Id, new { subscription_tier = "enterprise_trial" })).ShouldBeProblemAsync(400, "validation_failed");
        await (await app.Admin.Http.UpdateUserAsync(other.Id, new { subscription_tier = "Pro plan" })).ShouldBeAsync(HttpStatusCode.OK);
        var found = await app.Admin.Http.WalkAsync("tier=Pro%20plan");
        Assert.Contains(other.Email, found);
        Assert.DoesNotContain(user.Email, found);
    }

    [Theory]
    [InlineData("Pro plan", "5")]
    [InlineData("somebody's trial", "3")]
    public async Task A_configured_tier_has_its_own_limit_and_any_other_has_the_free_one(string tier, string limit)
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = $2 WHERE id = $1", user.Id, tier);
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        var answer = await app.WithKey(key).FetchAsync("/api/v1/auth/me");

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(limit, answer.Headers.GetValues("RateLimit-Limit").Single());
    }
}
