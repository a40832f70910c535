using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A replica that can't reach PostgreSQL goes on with what it verified, for a while, and then refuses.</summary>
/// <remarks>
/// A replica that is cut off from PostgreSQL goes on with what it verified, for the grace period only; a refresh that fails on the database spends nothing.
/// </remarks>
[Collection(FaultTests.Name)]
public sealed class CutOffTests(TwoServers servers) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => servers.MendAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private Replica B => servers.B;

    [Fact]
    public async Task What_was_verified_counts_for_the_grace_period_and_what_was_missed_is_read_before_anything_is_trusted()
    {
        var (person, key) = await KnownAsync(B);
        var stranger = Tokens.Of(await (await servers.A.LogInAsync(person.Email)).JsonAsync(HttpStatusCode.OK));

        var cutAt = Stopwatch.GetTimestamp();
        await servers.Wire.CutAsync();
        await UnavailableAsync(await B.GetAsync("verify", stranger.AccessToken));
        var lasted = TimeSpan.Zero;
        for (var status = 204; status == 204;)
        {
            lasted = Stopwatch.GetElapsedTime(cutAt);
            Assert.True(lasted < TwoServers.Grace + Soon, "the grace period does not end");
            status = await B.VerifyAsync(person.Token);
            Assert.True(status is 204 or 503, $"was {status}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        // It begins when the server last knew that it missed nothing, up to a second before.
        Assert.InRange(lasted, TwoServers.Grace - TimeSpan.FromSeconds(1.2), TwoServers.Grace + TimeSpan.FromSeconds(0.5));
        await Within.UntilAsync(Soon, "the end for what was verified a moment later", async () => await B.VerifyAsync(key) == 503);
        await servers.Postgres.SqlAsync("UPDATE api_keys SET is_active = false WHERE user_id = $1", person.Id);

        servers.Wire.Join();
        await Within.UntilAsync(Soon, "the refusal", async () =>
        {
            var status = await B.VerifyAsync(key);
            Assert.True(status is 401 or 503, $"was {status}");
            return status == 401;
        });
        Assert.Equal(204, await B.VerifyAsync(person.Token));
        Assert.Equal(204, await B.VerifyAsync(stranger.AccessToken));
    }

    [Fact]
    public async Task Without_a_grace_period_a_replica_that_is_cut_off_refuses_at_once()
    {
        await using var strict = await servers.StartAsync(servers.OverWire, ("REVOCATION_GRACE_SECONDS", "0"));
        var (person, key) = await KnownAsync(strict);

        await servers.Wire.CutAsync();
        await Within.UntilAsync(Soon, "the refusal", async () => await strict.VerifyAsync(key) == 503);
        await UnavailableAsync(await strict.GetAsync("verify", person.Token));
        servers.Wire.Join();

        await Within.UntilAsync(Soon, "the return", async () => await strict.VerifyAsync(key) == 204);
    }

    /// <remarks>Worse than one that is gone: nothing says so, everything waits.</remarks>
    [Fact]
    public async Task A_frozen_PostgreSQL_is_503_within_five_seconds_for_all_but_what_is_verified()
    {
        var (person, key) = await KnownAsync(B);
        var (other, _) = await KnownAsync(servers.A);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => B.GetAsync("sessions", person.Token)));

        await servers.Postgres.FreezeAsync();
        try
        {
            var frozenAt = Stopwatch.GetTimestamp();
            var others = RefusedAsync(person, other);
            while (Stopwatch.GetElapsedTime(frozenAt) < TwoServers.Grace - TimeSpan.FromSeconds(1))
            {
                Assert.Equal(204, await TimedAsync(Soon, () => B.VerifyAsync(person.Token)));
                Assert.Equal(204, await TimedAsync(Soon, () => B.VerifyAsync(key)));
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            await others;
            await Within.UntilAsync(Promised, "the end of the grace period", async () => await B.VerifyAsync(key) == 503);
            await TimedAsync(Promised, async () => await UnavailableAsync(await B.GetAsync("verify", person.Token)));
        }
        finally
        {
            await servers.Postgres.ThawAsync();
        }

        foreach (var replica in new[] { servers.A, B })
        {
            await Within.UntilAsync(Promised, "the return", async () => await replica.VerifyAsync(key) == 204);
            await Within.UntilAsync(Promised, "logins", async () => (await replica.LogInAsync(person.Email)).StatusCode == HttpStatusCode.OK);
        }

        // The refresh that got no answer has spent nothing and may be sent again.
        await (await B.RefreshAsync(other.Tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK);
    }

    /// <summary>One of each kind that needs the database, and then more than there are processors, each on a connection that is open.</summary>
    private Task<bool[]> RefusedAsync(Person person, Person other) => Task.WhenAll(new[]
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
        .Select(send => TimedAsync(Promised, async () => await UnavailableAsync(await send()))));

    private static async Task<(Person Person, string Key)> KnownAsync(Replica replica)
    {
        var person = await replica.SignUpAsync();
        var (_, key) = await replica.NewKeyAsync(person);
        Assert.Equal(204, await replica.VerifyAsync(person.Token));
        Assert.Equal(204, await replica.VerifyAsync(key));
        return (person, key);
    }

    private static async Task<bool> UnavailableAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeProblemAsync(503, "service_unavailable");
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        return true;
    }

    private static async Task<T> TimedAsync<T>(TimeSpan limit, Func<Task<T>> action)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await action();
        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < limit, $"took {took.TotalMilliseconds:0} ms");
        return result;
    }
}
