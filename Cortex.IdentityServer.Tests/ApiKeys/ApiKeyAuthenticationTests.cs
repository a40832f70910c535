using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>
/// A key is accepted only in its headers, can do no more than its owner, and stops working immediately when it is revoked, expires, or its owner is disabled.
/// </remarks>
public sealed class ApiKeyAuthenticationTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task A_key_acts_for_its_owner()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        var me = await (await app.WithKey(key).FetchAsync(Me)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
        Assert.Equal(8, me.EnumerateObject().Count());
    }

    [Fact]
    public async Task A_wrong_key_is_challenged_for_a_key()
    {
        var answer = await app.WithKey("ctx_" + new string('0', 49)).FetchAsync(Me);

        await answer.ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.StartsWith("ApiKey ", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_expires_by_the_clock()
    {
        var (_, _, http) = await app.SignUpAsync();
        var made = await (await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "a day", expires_in_days = 1 }))
            .JsonAsync(HttpStatusCode.Created);
        var service = app.WithKey(made.GetProperty("key").GetString()!);
        app.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await service.FetchAsync(Me)).ShouldBeProblemAsync(401, "api_key_expired");
    }

    [Fact]
    public async Task The_last_use_is_stored_to_the_minute_and_only_moves_forward()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        var service = app.WithKey(key);
        Assert.Equal(DBNull.Value, await LastUseAsync(id));

        var start = app.Clock.GetUtcNow().UtcDateTime;
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var first = await WrittenUseAsync(id, start);
        app.Clock.Advance(TimeSpan.FromSeconds(29));
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var soon = await WrittenUseAsync(id);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var later = await WrittenUseAsync(id, start.AddSeconds(61));
        await app.SqlAsync("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", id, later.AddDays(1));
        app.Clock.Advance(TimeSpan.FromSeconds(90));
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(start, first, TimeSpan.FromMilliseconds(1));
        Assert.Equal(first, soon);
        Assert.Equal(start.AddSeconds(61), later, TimeSpan.FromMilliseconds(1));
        Assert.Equal(later.AddDays(1), await WrittenUseAsync(id));
    }

    /// <summary>Uses are written every second: advances the clock by one and waits for the write.</summary>
    private async Task<DateTime> WrittenUseAsync(Guid id, DateTime? expected = null)
    {
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        if (expected is { } time)
        {
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(60), "the use is written",
                async () => await LastUseAsync(id) is DateTime written && (written - time).Duration() < TimeSpan.FromMilliseconds(1));
        }
        else
        {
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }

        return (DateTime)(await LastUseAsync(id))!;
    }

    [Fact]
    public async Task Recording_a_use_never_undoes_a_change()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        var service = app.WithKey(key);

        var uses = Concurrently.RunAsync(16, index => index == 8
            ? http.PatchAsync("/api/v1/auth/api-keys/" + id, new { is_active = false, name = "off" })
            : service.FetchAsync(Me));

        Assert.All(await uses, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized }));
        await (await service.FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.Equal("off", await app.SqlAsync("SELECT name FROM api_keys WHERE id = $1 AND NOT is_active", id));
    }

    [Fact]
    public async Task A_disabled_owners_key_is_refused_until_they_are_enabled()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.Id);

        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");

        await app.SqlAsync("UPDATE users SET is_active = true WHERE id = $1", user.Id);
        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deleted_owners_key_is_refused()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Theory]
    [InlineData("")]
    [InlineData("' OR 1=1--")]
    [InlineData("'/**/OR/**/1=1")]
    [InlineData("ctx_")]
    [InlineData("null")]
    [InlineData("Bearer abc")]
    [InlineData("a,b")]
    [InlineData("\u00C3\u00A9\u00C3\u00A9\u00C3\u00A9\u00C3\u00A9\u00C3\u00A9\u00C3\u00A9\u00C3\u00A9\u00C3\u00A9")]
    [InlineData("\u00FF\u00FE\u00FF\u00FE\u00FF\u00FE\u00FF\u00FE")]
    [InlineData("abcdefgh\tijkl")]
    [InlineData("abcdefgh\u0001")]
    [InlineData("abcdefgh\0")]
    public async Task An_odd_header_is_refused(string value)
    {
        var answer = await app.FetchRawAsync(Me, "X-API-Key: " + value);

        Assert.True(answer.Status is 400 or 401, answer.Head);
    }

    [Fact]
    public async Task Eight_kilobytes_of_key_are_refused() =>
        await (await app.WithKey(new string('k', 8192)).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");

    [Fact]
    public async Task A_typo_never_reaches_the_database()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        var typo = key[..20] + (key[20] == 'a' ? 'b' : 'a') + key[21..];

        await (await app.WithKey(typo).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(key.ToUpperInvariant()).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");

        Assert.Equal(DBNull.Value, await LastUseAsync(id));
    }

    [Fact]
    public async Task Two_credentials_are_refused_even_if_both_are_valid()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        var (bearer, apiKey) = ("Authorization: Bearer " + tokens.AccessToken, "X-API-Key: " + key);

        foreach (var headers in new string[][]
        {
            [bearer, apiKey], [apiKey, apiKey], [apiKey, "x-api-key: other"], ["Authorization: Basic YTpi", apiKey], ["X-API-Key:", bearer],
        })
        {
            var answer = await app.FetchRawAsync(Me, headers);

            Assert.Equal(400, answer.Status);
            Assert.Contains("\"malformed_request\"", answer.Body, StringComparison.Ordinal);
        }
    }

    private Task<object?> LastUseAsync(Guid id) => app.SqlAsync("SELECT last_used_at FROM api_keys WHERE id = $1", id);
}
