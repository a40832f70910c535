using System.Net;
using Cortex.IdentityServer.Tests.Http;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <summary>A server with key pairs whose connection to PostgreSQL can be cut.</summary>
public sealed class CuttableEs256App(PostgresCluster cluster) : CuttableApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("JWT_ALGORITHM", "ES256")];
}

/// <summary>Signing keys over time. Each test has its own server and clock.</summary>
public sealed class SigningKeyRotationTests(PostgresCluster cluster)
{
    private const string Me = "/api/v1/auth/me";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_key_is_published_before_it_signs_and_stays_until_its_last_token_has_expired()
    {
        await using var app = await StartAsync();
        var user = await app.RegisterAsync();
        var first = Assert.Single(await KeyPairApp.KeyIdsAsync(app.Anonymous()));

        app.Clock.Advance(29 * Day - TimeSpan.FromMinutes(2));
        await StayAsync(app, [first]);

        // A day ahead, the new key is published but not used yet.
        app.Clock.Advance(TimeSpan.FromMinutes(3));
        var both = await UntilAsync(app, kids => kids.Length == 2);
        var second = both[1];
        Assert.Equal(first, both[0]);
        app.Clock.Advance(Day - TimeSpan.FromMinutes(2));
        var old = await app.LogInAsync(user);
        Assert.Equal(first, KeyPairApp.KeyIdOf(old));

        // Now it signs, and tokens of the first key remain valid.
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        var fresh = await app.LogInAsync(user);
        Assert.Equal(second, KeyPairApp.KeyIdOf(fresh));
        await ShouldBeAsync(app.WithToken(old.AccessToken), HttpStatusCode.OK);
        await ShouldBeAsync(app.WithToken(fresh.AccessToken), HttpStatusCode.OK);

        app.Clock.Advance(TimeSpan.FromMinutes(25));
        await StayAsync(app, [first, second]);
        await ShouldBeAsync(app.WithToken(old.AccessToken), HttpStatusCode.OK);

        app.Clock.Advance(TimeSpan.FromMinutes(8));
        Assert.Equal([second], await UntilAsync(app, kids => kids.Length == 1));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM signing_keys"));
        Assert.Equal(second, KeyPairApp.KeyIdOf(await app.LogInAsync(user)));
    }

    [Fact]
    public async Task Replicas_that_start_at_once_create_one_key_and_accept_each_others_tokens()
    {
        await using var app = await StartAsync();
        await app.SqlAsync("DELETE FROM signing_keys");

        var replicas = await Concurrently.RunAsync(3, _ => Task.Run(() => (Http: app.StartReplica(out var replica), Replica: replica)));

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM signing_keys"));
        var kids = await Task.WhenAll(replicas.Select(replica => KeyPairApp.KeyIdsAsync(replica.Http)));
        Assert.Single(kids.Select(Assert.Single).Distinct());
        var user = await app.RegisterAsync();
        var tokens = await LogInAsync(replicas[0].Http, user);
        foreach (var (http, replica) in replicas)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
            await ShouldBeAsync(http, HttpStatusCode.OK);
            replica.Dispose();
        }
    }

    [Fact]
    public async Task Replicas_that_rotate_at_once_create_one_key()
    {
        await using var app = await StartAsync();
        using var http = app.StartReplica(out var replica);
        using var _ = replica;

        app.Clock.Advance(29 * Day + TimeSpan.FromMinutes(1));

        var here = await UntilAsync(app, kids => kids.Length > 1);
        Assert.Equal(here, await UntilAsync(http, kids => kids.Length > 1));
        Assert.Equal(2, here.Length);
    }

    /// <remarks>The other replica reloads every minute; a token that names a newer key makes it reload without any time passing.</remarks>
    [Fact]
    public async Task A_key_that_another_replica_just_created_is_accepted_at_once()
    {
        await using var app = await StartAsync();
        var user = await app.RegisterAsync();
        await app.SqlAsync("DELETE FROM signing_keys");
        using var http = app.StartReplica(out var replica);
        using var _ = replica;
        var tokens = await LogInAsync(http, user);
        Assert.DoesNotContain(KeyPairApp.KeyIdOf(tokens), await KeyPairApp.KeyIdsAsync(app.Anonymous()));

        var statuses = await Concurrently.StatusesAsync(16, _ => app.WithToken(tokens.AccessToken).FetchAsync(Me));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Tokens_with_made_up_keys_cause_one_lookup_in_five_seconds()
    {
        await using var app = await StartAsync();
        var (user, tokens, _) = await app.SignUpAsync();
        var (header, payload) = Jwt.Read(tokens.AccessToken);
        header["kid"] = "made-up";
        await ShouldBeAsync(app.WithToken(Jwt.Sign(header, payload)), HttpStatusCode.Unauthorized);

        // The lookup was used up, so a key that is really new has to wait.
        await app.SqlAsync("DELETE FROM signing_keys");
        using var http = app.StartReplica(out var replica);
        using var _ = replica;
        var made = await LogInAsync(http, user);
        await ShouldBeAsync(app.WithToken(made.AccessToken), HttpStatusCode.Unauthorized);

        app.Clock.Advance(TimeSpan.FromSeconds(5));
        await ShouldBeAsync(app.WithToken(made.AccessToken), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_its_database_the_server_keeps_using_the_keys_it_has()
    {
        await using var app = new CuttableEs256App(cluster);
        await app.InitializeAsync();
        var (_, _, http) = await app.SignUpAsync();
        var before = await KeyPairApp.KeyIdsAsync(app.Anonymous());

        await app.Wire.CutAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await EventuallyAsync(() => app.Log.Contains("Could not read the signing keys", StringComparison.Ordinal));
        Assert.Equal(before, await KeyPairApp.KeyIdsAsync(app.Anonymous()));

        app.Wire.Restore();
        await ShouldBeAsync(http, HttpStatusCode.OK);
        app.Clock.Advance(29 * Day);
        await UntilAsync(app, kids => kids.Length == 2);
    }

    [Fact]
    public async Task A_key_that_SECRET_KEY_cannot_decrypt_still_verifies_and_a_new_one_signs()
    {
        await using var app = await StartAsync();
        var (user, tokens, _) = await app.SignUpAsync();
        using var http = app.StartReplica(out var replica, ("SECRET_KEY", "quite-another-secret-of-more-than-32-bytes"));
        using var _ = replica;

        var made = await LogInAsync(http, user);

        Assert.NotEqual(KeyPairApp.KeyIdOf(tokens), KeyPairApp.KeyIdOf(made));
        Assert.Contains($"Error: Signing key {KeyPairApp.KeyIdOf(tokens)} can't be decrypted", app.Log, StringComparison.Ordinal);
        foreach (var token in new[] { tokens.AccessToken, made.AccessToken })
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            await ShouldBeAsync(http, HttpStatusCode.OK);
            await ShouldBeAsync(app.WithToken(token), HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Keys_survive_the_rotation_of_SECRET_KEY()
    {
        await using var app = await StartAsync();
        var kid = Assert.Single(await KeyPairApp.KeyIdsAsync(app.Anonymous()));
        var user = await app.RegisterAsync();

        using (app.StartReplica(out var both, ("SECRET_KEY", $"a-new-secret-of-more-than-32-bytes-for-all,{CortexApp.SecretKey}")))
        {
            both.Dispose();
        }

        using var http = app.StartReplica(out var replica, ("SECRET_KEY", "a-new-secret-of-more-than-32-bytes-for-all"));
        using var _ = replica;
        Assert.Equal(kid, KeyPairApp.KeyIdOf(await LogInAsync(http, user)));
        Assert.Equal([kid], await KeyPairApp.KeyIdsAsync(http));

        // The replica that has only the old secret keeps using what it decrypted earlier.
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await StayAsync(app, [kid]);
        Assert.Equal(kid, KeyPairApp.KeyIdOf(await app.LogInAsync(user)));
    }

    [Fact]
    public async Task Another_algorithm_uses_other_keys_and_refuses_tokens_of_the_previous_one()
    {
        await using var app = await StartAsync();
        var (_, tokens, _) = await app.SignUpAsync();
        foreach (var algorithm in new[] { "RS256", "HS256" })
        {
            using var http = app.StartReplica(out var replica, ("JWT_ALGORITHM", algorithm));
            using var _ = replica;

            http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
            await ShouldBeAsync(http, HttpStatusCode.Unauthorized);
            http.DefaultRequestHeaders.Authorization = null;
            var renewed = Tokens.Of(
                await (await http.PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));

            Assert.Equal(algorithm, (string?)Jwt.Read(renewed.AccessToken).Header["alg"]);
            Assert.Equal(algorithm == "RS256" ? 1 : 0, (await KeyPairApp.KeyIdsAsync(http)).Length);
            await ShouldBeAsync(app.WithToken(renewed.AccessToken), HttpStatusCode.Unauthorized);
            tokens = renewed;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"kty":"EC","use":"sig","alg":"ES256","kid":"broken","crv":"P-256","x":"AA","y":"!!"}""")]
    [InlineData("""{"kty":"oct","use":"sig","alg":"HS256","kid":"broken"}""")]
    public async Task A_row_without_a_valid_key_is_logged_and_skipped(string json)
    {
        await using var app = await StartAsync();
        await app.SqlAsync(
            "INSERT INTO signing_keys SELECT 'broken', algorithm, $1, private_key, created_at, used_from, used_until, kept_until FROM signing_keys", json);

        using var http = app.StartReplica(out var replica);
        using var _ = replica;

        Assert.Equal(await KeyPairApp.KeyIdsAsync(app.Anonymous()), await KeyPairApp.KeyIdsAsync(http));
        Assert.Contains("Signing key broken isn't used", app.Log, StringComparison.Ordinal);
    }

    private async Task<Es256App> StartAsync()
    {
        var app = new Es256App(cluster);
        await app.InitializeAsync();
        return app;
    }

    private static async Task<Tokens> LogInAsync(HttpClient http, TestUser user) =>
        Tokens.Of(await (await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK));

    private static async Task ShouldBeAsync(HttpClient http, HttpStatusCode expected) => await (await http.FetchAsync(Me)).ShouldBeAsync(expected);

    private static Task<string[]> UntilAsync(CortexApp app, Func<string[], bool> isSo) => UntilAsync(app.Anonymous(), isSo);

    /// <summary>The server reloads its keys in the background, soon after the clock has moved.</summary>
    private static async Task<string[]> UntilAsync(HttpClient http, Func<string[], bool> isSo)
    {
        string[] kids = [];
        await EventuallyAsync(async () => isSo(kids = await KeyPairApp.KeyIdsAsync(http)));
        return kids;
    }

    /// <summary>Waits as long as a change would take and asserts that nothing changes.</summary>
    private static async Task StayAsync(CortexApp app, string[] expected)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        Assert.Equal(expected, await KeyPairApp.KeyIdsAsync(app.Anonymous()));
    }

    private static Task EventuallyAsync(Func<bool> isSo) => EventuallyAsync(() => Task.FromResult(isSo()));

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "it didn't happen");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }
}
