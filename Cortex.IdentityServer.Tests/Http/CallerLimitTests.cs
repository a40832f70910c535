using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Limits of authenticated callers: all keys of an owner by tier, a user on expensive routes, and the refreshes of a session.</summary>
public sealed class CallerLimitTests(LowLimitsApp app) : IClassFixture<LowLimitsApp>
{
    private const string Verify = "/api/v1/auth/verify";

    [Fact]
    public async Task Keys_of_one_owner_share_the_count_of_their_tier()
    {
        var (_, _, http) = await OwnerAsync();
        var first = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);
        var second = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);

        Assert.Equal(new RateLimitHeaders(3, 2, 60), RateLimitHeaders.Of(await first.FetchAsync(Verify)));
        Assert.Equal(new RateLimitHeaders(3, 1, 60), RateLimitHeaders.Of(await second.FetchAsync("/api/v1/auth/me")));

        // A 403 takes as much work as a 200, so it counts.
        var forbidden = await first.FetchAsync("/api/v1/auth/sessions");
        await forbidden.ShouldBeProblemAsync(403, "forbidden");
        Assert.Equal(0, RateLimitHeaders.Of(forbidden).Remaining);

        await RefusedAsync(await second.FetchAsync(Verify));
        await RefusedAsync(await first.FetchAsync("/api/v1/auth/me"));
        await RefusedAsync(await first.FetchAsync("/api/v1/auth/sessions"));

        // The key's limit doesn't apply to its owner's session.
        await (await http.FetchAsync(Verify)).ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await second.FetchAsync(Verify)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Owners_do_not_share_a_limit()
    {
        var (_, _, mine) = await OwnerAsync();
        var (_, _, others) = await OwnerAsync();
        var key = app.WithKey((await CortexApp.GenerateKeyAsync(mine)).Key);
        await UseUpAsync(key, 3);

        await RefusedAsync(await key.FetchAsync(Verify));
        await (await app.WithKey((await CortexApp.GenerateKeyAsync(others)).Key).FetchAsync(Verify)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("pro", 5)]
    [InlineData("enterprise", 6000)]
    [InlineData("gold", 3)]
    public async Task The_owners_current_tier_applies_and_a_change_keeps_the_count(string tier, int limit)
    {
        var (user, _, http) = await OwnerAsync();
        var key = app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key);
        await UseUpAsync(key, 2);

        await app.SqlAsync("UPDATE users SET subscription_tier = $1 WHERE id = $2", tier, user.Id);

        Assert.Equal(new RateLimitHeaders(limit, limit - 3, 60), RateLimitHeaders.Of(await key.FetchAsync(Verify)));
    }

    [Fact]
    public async Task Of_50_concurrent_requests_with_two_keys_exactly_the_limit_passes()
    {
        var (_, _, http) = await OwnerAsync();
        HttpClient[] keys = [app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key), app.WithKey((await CortexApp.GenerateKeyAsync(http)).Key)];

        var statuses = await Concurrently.StatusesAsync(50, index => keys[index % 2].FetchAsync(Verify));

        Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(47, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task An_invalid_key_counts_against_no_owner()
    {
        var answer = await app.WithKey("ctx_nonsense").FetchAsync(Verify);

        await answer.ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.False(answer.Headers.Contains("RateLimit-Limit"));
    }

    [Fact]
    public async Task A_users_sessions_share_one_limit_on_expensive_routes()
    {
        var (user, _, http) = await OwnerAsync();
        var elsewhere = app.WithToken((await app.LogInAsync(user)).AccessToken);
        for (var time = 0; time < 3; time++)
        {
            var answer = await (time == 1 ? elsewhere : http).PatchAsync("/api/v1/auth/me/password", new { });
            await answer.ShouldBeAsync(HttpStatusCode.BadRequest);
            Assert.Equal(new RateLimitHeaders(3, 2 - time, 60), RateLimitHeaders.Of(answer));
        }

        await RefusedAsync(await http.PatchAsync("/api/v1/auth/me/password", new { }));
        await RefusedAsync(await elsewhere.PostAsync("/api/v1/auth/2fa/enable", new { }));
        await RefusedAsync(await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "one more" }));

        // Cheap routes and other users aren't limited.
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        var (_, _, other) = await OwnerAsync(newWindow: false);
        await (await other.PostAsync("/api/v1/auth/api-keys/generate", new { name = "mine" })).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Refreshes_of_a_session_are_limited_and_a_refusal_uses_up_no_token()
    {
        var (_, tokens, _) = await OwnerAsync();
        var (_, others, _) = await OwnerAsync(newWindow: false);
        for (var time = 0; time < 3; time++)
        {
            var answer = await RefreshAsync(tokens.RefreshToken);
            Assert.Equal(2 - time, RateLimitHeaders.Of(answer).Remaining);
            tokens = Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK));
        }

        await RefusedAsync(await RefreshAsync(tokens.RefreshToken));
        await (await RefreshAsync(others.RefreshToken)).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await RefreshAsync(tokens.RefreshToken)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_forged_token_uses_up_no_sessions_permits()
    {
        var (_, tokens, _) = await OwnerAsync();
        var last = tokens.RefreshToken[^1] == 'A' ? 'Q' : 'A';
        for (var time = 0; time < 5; time++)
        {
            var forged = await RefreshAsync(tokens.RefreshToken[..^1] + last);
            await forged.ShouldBeProblemAsync(401, "invalid_refresh_token");
            Assert.Equal(50, RateLimitHeaders.Of(forged).Limit);
        }

        Assert.Equal(2, RateLimitHeaders.Of(await RefreshAsync(tokens.RefreshToken)).Remaining);
    }

    /// <summary>Registers a new user in a new window of all per-address limits.</summary>
    private Task<(TestUser User, Tokens Tokens, HttpClient Http)> OwnerAsync(bool newWindow = true)
    {
        app.Clock.Advance(newWindow ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
        return app.SignUpAsync();
    }

    private Task<HttpResponseMessage> RefreshAsync(string token) => app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = token });

    private static async Task UseUpAsync(HttpClient key, int times)
    {
        for (var time = 0; time < times; time++)
        {
            await (await key.FetchAsync(Verify)).ShouldBeAsync(HttpStatusCode.NoContent);
        }
    }

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal(0, RateLimitHeaders.Of(answer).Remaining);
        Assert.Equal(TimeSpan.FromSeconds(RateLimitHeaders.Of(answer).Reset), answer.Headers.RetryAfter?.Delta);
    }
}
