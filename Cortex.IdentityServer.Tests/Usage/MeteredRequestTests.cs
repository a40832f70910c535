using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Requests to the server's own metered routes leave a row in the ledger.</summary>
public sealed class MeteredRequestTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Verify = "/api/v1/auth/verify";

    [Fact]
    public async Task A_request_to_me_with_a_key_leaves_a_row()
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        await WaitForRowsAsync(caller, 1);
        Assert.Equal(
            $"{caller.KeyId} /api/v1/auth/me 200 7",
            await app.SqlAsync(
                "SELECT concat_ws(' ', api_key_id, endpoint, status_code, substr(id::text, 15, 1)) FROM usage_logs WHERE user_id = $1", caller.UserId));
    }

    [Fact]
    public async Task A_verification_leaves_a_row_only_if_the_proxy_asks_for_it()
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.FetchAsync(Verify)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Key.FetchAsync($"{Verify}?meter=0&endpoint=ignored")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Session.FetchAsync($"{Verify}?meter=1")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Key.FetchAsync($"{Verify}?meter=1&endpoint=%2Fv1%2Fm%C3%BCnzen")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Key.FetchAsync($"{Verify}?meter=1")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Key.FetchAsync($"{Verify}?meter=1&scope=missing")).ShouldBeProblemAsync(403, "insufficient_scope");

        await WaitForRowsAsync(caller, 3);
        Assert.Equal(
            "/api/v1/auth/verify 204, /api/v1/auth/verify 403, /v1/münzen 204",
            await app.SqlAsync(
                "SELECT string_agg(endpoint || ' ' || status_code, ', ' ORDER BY endpoint, status_code) FROM usage_logs WHERE user_id = $1", caller.UserId));
    }

    [Fact]
    public async Task A_path_below_the_route_is_the_clients_so_its_query_meters_nothing()
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.FetchAsync($"{Verify}/data?meter=1&endpoint=x")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Key.FetchAsync($"{Verify}?meter=1&endpoint=y")).ShouldBeAsync(HttpStatusCode.NoContent);

        await WaitForRowsAsync(caller, 1);
        Assert.Equal("y", await app.SqlAsync("SELECT endpoint FROM usage_logs WHERE user_id = $1", caller.UserId));
    }

    [Theory]
    [InlineData("meter=2", "meter")]
    [InlineData("meter=", "meter")]
    [InlineData("meter=1&meter=1", "meter")]
    [InlineData("meter=1&endpoint=", "endpoint")]
    [InlineData("meter=1&endpoint=%00", "endpoint")]
    public async Task A_bad_query_is_refused(string query, string field)
    {
        var caller = await app.NewReporterAsync();

        var problem = await (await caller.Key.FetchAsync($"{Verify}?{query}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.NotEmpty(problem.ErrorsOf(field));
    }

    [Fact]
    public async Task A_name_has_at_most_255_characters()
    {
        var caller = await app.NewReporterAsync();

        await (await caller.Key.FetchAsync($"{Verify}?meter=1&endpoint={new string('x', 255)}")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await caller.Key.FetchAsync($"{Verify}?meter=1&endpoint={new string('x', 256)}")).ShouldBeProblemAsync(400, "validation_failed");
        await WaitForRowsAsync(caller, 1);
    }

    [Fact]
    public async Task Two_hundred_parallel_requests_leave_two_hundred_rows()
    {
        var caller = await app.NewReporterAsync();

        var statuses = await Concurrently.StatusesAsync(200, _ => caller.Key.FetchAsync("/api/v1/auth/me"));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        await WaitForRowsAsync(caller, 200);
        Assert.Equal("200 requests, 0 tokens, 0 dollars", await app.SumsAsync(caller.UserId));
    }

    [Fact]
    public async Task A_deleted_users_requests_do_not_keep_others_from_being_recorded()
    {
        var (gone, other) = (await app.NewReporterAsync(), await app.NewReporterAsync());

        await gone.Key.FetchAsync("/api/v1/auth/me");
        await other.Key.FetchAsync("/api/v1/auth/me");
        await app.SqlAsync("DELETE FROM users WHERE id = $1", gone.UserId);

        await WaitForRowsAsync(other, 1);
    }

    /// <summary>Waits for the rows, and asserts that the next statement adds no more of them.</summary>
    private async Task WaitForRowsAsync(Reporter caller, long rows)
    {
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), $"{rows} rows", async () => await app.CountRowsAsync(caller.UserId) >= rows);
        await Task.Delay(700, TestContext.Current.CancellationToken);
        Assert.Equal(rows, await app.CountRowsAsync(caller.UserId));
    }
}
