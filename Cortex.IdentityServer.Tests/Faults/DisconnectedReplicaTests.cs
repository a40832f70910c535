using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A replica that can't reach PostgreSQL still accepts the credentials in its cache until the grace period ends.</summary>
/// <remarks>
/// After the grace period, it refuses all credentials. A refresh that fails because of the database doesn't use up its token.
/// </remarks>
[Collection(FaultTests.Name)]
public sealed class DisconnectedReplicaTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static readonly TimeSpan PromisedLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private Replica B => servers.B;

    [Fact]
    public async Task Cached_credentials_work_for_the_grace_period_and_missed_revocations_apply_after_reconnecting()
    {
        var (person, key) = await SignUpCachedAsync(B);
        var uncached = Tokens.Of(await (await servers.A.LogInAsync(person.Email)).JsonAsync(HttpStatusCode.OK));

        var cutAt = Stopwatch.GetTimestamp();
        await servers.Proxy.CutAsync();
        await ShouldBeUnavailableAsync(await B.GetAsync("verify", uncached.AccessToken));
        var acceptedFor = TimeSpan.Zero;
        for (var status = 204; status == 204;)
        {
            acceptedFor = Stopwatch.GetElapsedTime(cutAt);
            Assert.True(acceptedFor < TwoServers.GracePeriod + Timeout, "the grace period does not end");
            status = await B.VerifyAsync(person.Token);
            Assert.True(status is 204 or 503, $"was {status}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        // The grace period begins when the replica last knew that it had missed nothing, up to a second before the cut.
        Assert.InRange(acceptedFor, TwoServers.GracePeriod - TimeSpan.FromSeconds(1.2), TwoServers.GracePeriod + TimeSpan.FromSeconds(0.5));
        await Poll.UntilAsync(Timeout, "the end of the grace period for the key", async () => await B.VerifyAsync(key) == 503);
        await servers.Postgres.SqlAsync("UPDATE api_keys SET is_active = false WHERE user_id = $1", person.Id);

        servers.Proxy.Restore();
        await Poll.UntilAsync(Timeout, "the refusal", async () =>
        {
            var status = await B.VerifyAsync(key);
            Assert.True(status is 401 or 503, $"was {status}");
            return status == 401;
        });
        Assert.Equal(204, await B.VerifyAsync(person.Token));
        Assert.Equal(204, await B.VerifyAsync(uncached.AccessToken));
    }

    [Fact]
    public async Task Without_a_grace_period_a_disconnected_replica_refuses_immediately()
    {
        await using var strict = await servers.StartAsync(servers.ProxiedConnectionString, ("REVOCATION_GRACE_SECONDS", "0"));
        var (person, key) = await SignUpCachedAsync(strict);

        await servers.Proxy.CutAsync();
        await Poll.UntilAsync(Timeout, "the refusal", async () => await strict.VerifyAsync(key) == 503);
        await ShouldBeUnavailableAsync(await strict.GetAsync("verify", person.Token));
        servers.Proxy.Restore();

        await Poll.UntilAsync(Timeout, "the recovery", async () => await strict.VerifyAsync(key) == 204);
    }

    /// <remarks>This is worse than a stopped server, because connections stay open and every query waits.</remarks>
    [Fact]
    public async Task If_PostgreSQL_freezes_everything_but_cached_credentials_gets_503_within_five_seconds()
    {
        var (person, key) = await SignUpCachedAsync(B);
        var (other, _) = await SignUpCachedAsync(servers.A);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => B.GetAsync("sessions", person.Token)));

        await servers.Postgres.FreezeAsync();
        try
        {
            var frozenAt = Stopwatch.GetTimestamp();
            var others = SendAllAsync(person, other);
            while (Stopwatch.GetElapsedTime(frozenAt) < TwoServers.GracePeriod - TimeSpan.FromSeconds(1))
            {
                Assert.Equal(204, await MeasureAsync(Timeout, () => B.VerifyAsync(person.Token)));
                Assert.Equal(204, await MeasureAsync(Timeout, () => B.VerifyAsync(key)));
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            await others;
            await Poll.UntilAsync(PromisedLimit, "the end of the grace period", async () => await B.VerifyAsync(key) == 503);
            await MeasureAsync(PromisedLimit, async () => await ShouldBeUnavailableAsync(await B.GetAsync("verify", person.Token)));
        }
        finally
        {
            await servers.Postgres.ThawAsync();
        }

        foreach (var replica in new[] { servers.A, B })
        {
            await Poll.UntilAsync(PromisedLimit, "the recovery", async () => await replica.VerifyAsync(key) == 204);
            await Poll.UntilAsync(PromisedLimit, "logins", async () => (await replica.LogInAsync(person.Email)).StatusCode == HttpStatusCode.OK);
        }

        // The refresh that failed didn't use up its token, so the client can retry it.
        await (await B.RefreshAsync(other.Tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    /// <summary>
    /// Sends one request of each kind that needs the database, and then more requests than there are processors, each of which gets an open connection.
    /// </summary>
    private Task<bool[]> SendAllAsync(Person person, Person other) => Task.WhenAll(new[]
    {
        () => B.LogInAsync(person.Email),
        () => B.LogInAsync("nobody@example.com"),
        () => B.RegisterAsync(Replica.NewEmail()),
        () => B.RefreshAsync(other.Tokens.RefreshToken),
        () => B.GetAsync("verify", other.Token),
        () => B.GetAsync("me", other.Token),
        () => B.GetAsync("sessions", person.Token),
        () => B.GetAsync("api-keys", person.Token),
        () => B.PostAsync("logout", credential: person.Token),
        () => B.PostAsync("api-keys/generate", new { name = "frozen" }, person.Token),
    }.Concat(Enumerable.Repeat(() => B.GetAsync("sessions", person.Token), 30))
        .Select(send => MeasureAsync(PromisedLimit, async () => await ShouldBeUnavailableAsync(await send()))));

    private static async Task<(Person Person, string Key)> SignUpCachedAsync(Replica replica)
    {
        var person = await replica.SignUpAsync();
        var (_, key) = await replica.NewKeyAsync(person);
        Assert.Equal(204, await replica.VerifyAsync(person.Token));
        Assert.Equal(204, await replica.VerifyAsync(key));
        return (person, key);
    }

    private static async Task<bool> ShouldBeUnavailableAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeProblemAsync(503, "service_unavailable");
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        return true;
    }

    private static async Task<T> MeasureAsync<T>(TimeSpan limit, Func<Task<T>> action)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await action();
        var elapsed = Stopwatch.GetElapsedTime(started);
        Assert.True(elapsed < limit, $"took {elapsed.TotalMilliseconds:0} ms");
        return result;
    }
}
