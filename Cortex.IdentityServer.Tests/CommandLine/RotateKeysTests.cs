using System.Net;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary>Rotates signing keys while a server runs. Each test has its own server and clock.</summary>
public sealed class RotateKeysTests(PostgresCluster cluster)
{
    private const string Me = "/api/v1/auth/me";

    private static readonly (string, string) Es256 = ("JWT_ALGORITHM", "ES256");

    [Fact]
    public async Task A_new_key_is_announced_and_takes_over_a_day_later()
    {
        await using var app = await StartAsync();
        var (user, old, http) = await app.SignUpAsync();

        var kid = await RotateAsync(app);

        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await EventuallyAsync(async () => (await KeyPairApp.KeyIdsAsync(app.Anonymous())).Contains(kid));
        Assert.Equal(KeyPairApp.KeyIdOf(old), KeyPairApp.KeyIdOf(await app.LogInAsync(user)));
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(kid, KeyPairApp.KeyIdOf(await app.LogInAsync(user)));
        var details = (string)(await app.SqlAsync(
            "SELECT concat_ws(' ', outcome, user_agent, details->>'kid', details->>'algorithm', details->>'takes_over') FROM audit_events WHERE action = "
                + "'signing_keys.rotated' AND actor_id IS NULL AND user_id IS NULL"))!;
        Assert.Equal($"success command line {kid} ES256 announced", details);
    }

    [Fact]
    public async Task With_now_the_key_signs_once_services_that_cache_the_list_know_it_and_no_token_is_invalidated()
    {
        await using var app = await StartAsync();
        var announced = await RotateAsync(app);
        var (user, old, http) = await app.SignUpAsync();

        var kid = await RotateAsync(app, "--now");

        // It replaces the key that was announced for tomorrow. The clock stands still, so it is published without waiting for the next minute.
        await EventuallyAsync(async () => (await KeyPairApp.KeyIdsAsync(app.Anonymous())).Contains(kid));
        Assert.DoesNotContain(announced, await KeyPairApp.KeyIdsAsync(app.Anonymous()));
        var published = await app.Anonymous().GetAsync("/.well-known/jwks.json", TestContext.Current.CancellationToken);
        var signsFrom = new DateTimeOffset((DateTime)(await app.SqlAsync($"SELECT used_from FROM signing_keys WHERE id = '{kid}'"))!, TimeSpan.Zero);
        var createdAt = new DateTimeOffset((DateTime)(await app.SqlAsync($"SELECT created_at FROM signing_keys WHERE id = '{kid}'"))!, TimeSpan.Zero);
        Assert.True(signsFrom - createdAt >= published.Headers.CacheControl!.MaxAge + TimeSpan.FromMinutes(1), $"{signsFrom - createdAt}");
        app.Clock.SetUtcNow(signsFrom - TimeSpan.FromSeconds(1));
        Assert.Equal(KeyPairApp.KeyIdOf(old), KeyPairApp.KeyIdOf(await app.LogInAsync(user)));
        app.Clock.SetUtcNow(signsFrom);
        var newTokens = await app.LogInAsync(user);
        Assert.Equal(kid, KeyPairApp.KeyIdOf(newTokens));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithToken(newTokens.AccessToken).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_leaked_key_is_refused_by_running_servers_within_seconds_and_sessions_continue()
    {
        await using var app = await StartAsync();
        var (user, old, http) = await app.SignUpAsync();
        using var replica = app.StartReplica(out var runningReplica);
        using var _ = runningReplica;
        replica.DefaultRequestHeaders.Authorization = new("Bearer", old.AccessToken);
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await replica.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        // The servers' clock stands still, so their check once a minute never runs. The command uses the real clock, which must not be ahead of theirs.
        app.Clock.Advance(TimeSpan.FromSeconds(40));
        var kid = await RotateAsync(app, "--revoke");

        await EventuallyAsync(async () => (await http.FetchAsync(Me)).StatusCode == HttpStatusCode.Unauthorized);
        await EventuallyAsync(async () => (await replica.FetchAsync(Me)).StatusCode == HttpStatusCode.Unauthorized);
        await (await http.FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_token");
        Assert.Equal([kid], await KeyPairApp.KeyIdsAsync(app.Anonymous()));
        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = old.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        Assert.Equal(kid, KeyPairApp.KeyIdOf(refreshed));
        await (await app.WithToken(refreshed.AccessToken).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(kid, KeyPairApp.KeyIdOf(await app.LogInAsync(user)));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM signing_keys"));
    }

    [Fact]
    public async Task Before_the_first_start_it_creates_a_key_that_signs_at_once()
    {
        var database = await cluster.CreateDatabaseAsync(migrated: false);

        var run = (await Cli.RunAsync(database, ["rotate-keys"], settings: Es256)).ShouldExitWith(0);

        Assert.True(await PythonDatabase.SqlAsync<bool>(database, "SELECT used_from <= now() FROM signing_keys"));
        Assert.Contains(await PythonDatabase.SqlAsync<string>(database, "SELECT id FROM signing_keys"), run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_shared_secret_it_explains_how_to_rotate_it()
    {
        var database = await cluster.CreateDatabaseAsync();

        var run = (await Cli.RunAsync(database, ["rotate-keys", "--now"])).ShouldExitWith(0);
        var revoke = (await Cli.RunAsync(database, ["rotate-keys", "--revoke"])).ShouldExitWith(1);

        Assert.Contains("JWT_SECRET_KEY", run.OutputLines()[0], StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", Assert.Single(revoke.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database, "SELECT (SELECT count(*) FROM signing_keys) + (SELECT count(*) FROM audit_events)"));
    }

    /// <returns>The ID of the new key, which the command prints.</returns>
    private static async Task<string> RotateAsync(CortexApp app, params string[] options)
    {
        var run = (await Cli.RunAsync(app.ConnectionString, ["rotate-keys", .. options], settings: Es256)).ShouldExitWith(0);
        Assert.Empty(run.ErrorLines);
        return run.OutputLines()[0].Split(' ')[2];
    }

    private async Task<Es256App> StartAsync()
    {
        var app = new Es256App(cluster);
        await app.InitializeAsync();
        return app;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "the condition was not met in time");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }
}
