using System.Globalization;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Proxies;

/// <summary>Runs the configurations of <c>docs/usage.md</c>, with which a proxy meters requests.</summary>
public sealed class MeteringProxyTests(ProxiedApp app) : IClassFixture<ProxiedApp>
{
    private const string Page = "usage.md";
    private const string Site = "api.example.com";
    private const string Unmetered = "/v1/models";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    public async Task Metered_requests_leave_rows_with_the_names_of_their_locations(string name)
    {
        var (userId, key) = await app.KeyAsync("pro");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application, Page);
        using var http = proxy.ClientOf(Site);
        foreach (var target in new[]
        {
            "/v1/chat", "/v1/chat/42?meter=0&endpoint=evil", $"{Unmetered}?meter=1", "/V1/MODELS/x?endpoint=/v1/chat", "/users/17", "/broken",
        })
        {
            using var answer = await FetchAsync(http, target, key);
            await answer.ShouldBeAsync(target == "/broken" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
            Assert.True(answer.Headers.Contains("X-Seen"), $"{target} has to reach the application");
        }

        await (await http.FetchAsync("/v1/chat")).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await FetchAsync(http, "/v1/chat", key[..^1] + "!")).ShouldBeAsync(HttpStatusCode.Unauthorized);

        Assert.Equal("2 /v1/chat 204, 3 other 204", await LedgerAsync(userId, rows: 5));
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    public async Task A_used_up_quota_reaches_the_client_as_429_that_lasts_until_the_next_month(string name)
    {
        var (userId, key) = await app.KeyAsync("enterprise");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application, Page);
        using var http = proxy.ClientOf(Site);
        for (var left = ProxiedApp.EnterpriseQuota - 1; left >= 0; left--)
        {
            using var answer = await FetchAsync(http, "/v1/chat", key);
            await answer.ShouldBeAsync(HttpStatusCode.OK);
            Assert.Equal(name == "nginx" ? $"requests={left}" : null, Remaining(answer));
        }

        using var refused = await FetchAsync(http, "/v1/chat", key);

        await ShouldBeRefusedAsync(refused, "quota_exceeded");
        Assert.Equal("requests=0", Remaining(refused));
        var now = app.Clock.GetUtcNow();
        var end = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, end - now - TimeSpan.FromMinutes(1), end - now + TimeSpan.FromMinutes(1));
        await (await FetchAsync(http, Unmetered, key)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("3 /v1/chat 204", await LedgerAsync(userId, ProxiedApp.EnterpriseQuota));
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    public async Task A_rate_limit_is_told_from_a_quota_and_leaves_no_row(string name)
    {
        var (userId, key) = await app.KeyAsync("free");
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application, Page);
        using var http = proxy.ClientOf(Site);
        for (var count = 0; count < ProxiedApp.FreeLimit; count++)
        {
            await (await FetchAsync(http, "/v1/chat", key)).ShouldBeAsync(HttpStatusCode.OK);
        }

        using var refused = await FetchAsync(http, "/v1/chat", key);

        await ShouldBeRefusedAsync(refused, "rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal("5 /v1/chat 204", await LedgerAsync(userId, ProxiedApp.FreeLimit));
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("caddy")]
    public async Task An_access_token_is_checked_but_not_metered(string name)
    {
        var (user, _, caller) = await app.SignUpAsync();
        await using var proxy = await ProxyProcess.StartAsync(name, app.BaseAddress, app.Application, Page);
        using var http = proxy.ClientOf(Site);
        http.DefaultRequestHeaders.Authorization = caller.DefaultRequestHeaders.Authorization;

        await (await http.FetchAsync("/v1/chat")).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal("", await LedgerAsync(user.Id, rows: 0));
    }

    private static async Task<HttpResponseMessage> FetchAsync(HttpClient http, string target, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.Add("X-API-Key", key);
        return await http.SendAsync(request, Ct);
    }

    private static async Task ShouldBeRefusedAsync(HttpResponseMessage answer, string code)
    {
        await answer.ShouldBeAsync(HttpStatusCode.TooManyRequests);
        Assert.False(answer.Headers.Contains("X-Seen"), "the request must not reach the application");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    private static string? Remaining(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("X-Quota-Remaining", out var values) ? string.Join("|", values) : null;

    /// <summary>Returns the user's rows by endpoint and status, after that many are there and no more can follow.</summary>
    private async Task<string> LedgerAsync(Guid userId, long rows)
    {
        for (var tries = 0; tries < 100 && (long)(await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1", userId))! < rows; tries++)
        {
            await Task.Delay(20, Ct);
        }

        await Task.Delay(400, Ct);
        return Convert.ToString(
            await app.SqlAsync(
                """
                SELECT coalesce(string_agg(concat_ws(' ', requests, endpoint, status_code), ', ' ORDER BY endpoint), '')
                FROM (SELECT endpoint, status_code, count(*) AS requests FROM usage_logs WHERE user_id = $1 GROUP BY endpoint, status_code) AS counted
                """,
                userId),
            CultureInfo.InvariantCulture)!;
    }
}
