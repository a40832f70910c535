using System.Net;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <remarks>An account can have millions of rows of usage. They are removed in batches after the response, whatever happens (decision 0025).</remarks>
public sealed class LargeAccountTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Everything_of_an_account_with_little_usage_is_gone_when_the_response_arrives()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id, LargeAccounts.Rows - 1);

        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", user.Id));
        Assert.Equal("", await app.TablesOfAsync(user.Id));
    }

    [Fact]
    public async Task Usage_is_removed_in_batches_and_that_of_others_stays()
    {
        var (other, _, otherHttp) = await app.SignUpAsync();
        var (otherKey, _) = await CortexApp.GenerateKeyAsync(otherHttp);
        await app.AddUsageAsync(other.Id, otherKey, 100);
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id, 12_345);

        // Another program recorded a row for the other user with this user's key, and rows without a time.
        await app.AddUsageAsync(other.Id, id, 1);
        await app.SqlAsync("INSERT INTO usage_logs (user_id, endpoint, created_at) SELECT $1, '/x', NULL FROM generate_series(1, 10)", user.Id);
        await app.SqlAsync("CREATE TABLE deletions (rows bigint)");
        await app.SqlAsync(
            "CREATE FUNCTION count_deletions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO deletions SELECT count(*) FROM gone; RETURN NULL; "
                + "END $$");
        await app.SqlAsync(
            "CREATE TRIGGER deletions AFTER DELETE ON usage_logs REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_deletions()");

        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForRemovalAsync();

        await app.SqlAsync("DROP TRIGGER deletions ON usage_logs");
        Assert.Equal("5000,5000,2355", await app.SqlAsync("SELECT string_agg(rows::text, ',' ORDER BY rows DESC) FROM deletions WHERE rows > 0"));
        Assert.Equal("", await app.TablesOfAsync(user.Id));
        Assert.Equal(100L, await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1 AND api_key_id = $2", other.Id, otherKey));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1 AND api_key_id IS NULL", other.Id));
        Assert.Equal(
            101L,
            await app.SqlAsync(
                "SELECT sum(requests)::bigint FROM (SELECT user_id, requests FROM usage_deltas UNION ALL SELECT user_id, requests FROM usage_months) AS sums "
                    + "WHERE user_id = $1", other.Id));
    }

    [Fact]
    public async Task Sums_without_rows_are_removed_in_batches_too()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO usage_quarters SELECT $1, '2025-01-01Z'::timestamptz + number * interval '15 minutes', $1, '/x', '', 2, 1, 0, 0, 0, 0 "
                + "FROM generate_series(1, 6000) AS number", user.Id);

        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForRemovalAsync();

        Assert.Equal("", await app.TablesOfAsync(user.Id));
        Assert.Contains("Removed the deleted user", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixteen_accounts_deleted_at_once_are_all_removed_while_two_replicas_work()
    {
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        var people = new List<(TestUser User, HttpClient Http)>();
        for (var number = 0; number < 16; number++)
        {
            var (user, _, http) = await app.SignUpAsync();
            var (id, _) = await CortexApp.GenerateKeyAsync(http);
            await app.AddUsageAsync(user.Id, id, LargeAccounts.Rows + number);
            people.Add((user, number % 2 == 0 ? http : WithToken(second, http)));
        }

        var answers = await Concurrently.StatusesAsync(people.Count, index => people[index].Http.DeleteMeAsync(people[index].User));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.NoContent, status));
        await app.WaitForRemovalAsync();
        foreach (var (user, _) in people)
        {
            Assert.Equal("", await app.TablesOfAsync(user.Id));
        }

        Assert.DoesNotContain("Could not remove", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_sixteen_requests_for_the_same_account_one_deletes_it()
    {
        var (_, admin) = await app.QuickStaffAsync();
        var (user, _, http) = await app.QuickSignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);

        var answers = await Concurrently.StatusesAsync(16, _ => admin.DeleteUserAsync(user.Id));

        Assert.Single(answers, HttpStatusCode.NoContent);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.NotFound));
        Assert.Equal(1L, await app.CountEventsAsync("user.deleted", user.Id));
    }

    /// <remarks>The event belongs to the administrator's actions, so the removal of the row doesn't change it again.</remarks>
    [Fact]
    public async Task The_event_of_an_administrators_deletion_stays_as_it_is()
    {
        var (_, admin) = await app.QuickStaffAsync();
        admin.DefaultRequestHeaders.Add("User-Agent", "console/1.0");
        var (user, _, http) = await app.QuickSignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);

        await (await admin.DeleteUserAsync(user.Id)).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForRemovalAsync();

        Assert.Equal(
            "127.0.0.1 console/1.0",
            await app.SqlAsync("SELECT host(ip) || ' ' || user_agent FROM audit_events WHERE action = 'user.deleted' AND user_id = $1", user.Id));
        Assert.Equal(0L, await app.SqlAsync(
            "SELECT count(*) FROM audit_events WHERE user_id = $1 AND action <> 'user.deleted' AND (ip IS NOT NULL OR details IS NOT NULL)", user.Id));
    }

    private static HttpClient WithToken(HttpClient replica, HttpClient http) => new()
    {
        BaseAddress = replica.BaseAddress,
        DefaultRequestHeaders = { Authorization = http.DefaultRequestHeaders.Authorization },
    };
}
