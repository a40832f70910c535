using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <summary>A server that looks up at most three unknown keys per address.</summary>
public sealed class FewUnknownKeysApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const int Limit = 3;

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("RATE_LIMITS", HighLimits.Replace("unknown_keys=1000000", $"unknown_keys={Limit}", StringComparison.Ordinal))];
}

/// <summary>Made-up keys count against an address's rate limit, and valid ones never do.</summary>
public sealed class UnknownKeyLimitTests(FewUnknownKeysApp app) : IClassFixture<FewUnknownKeysApp>
{
    private const string Verify = "/api/v1/auth/verify";

    private int _made;

    [Fact]
    public async Task Sixteen_made_up_keys_at_once_cause_exactly_as_many_lookups_as_the_limit()
    {
        NewWindow();

        var statuses = await Concurrently.StatusesAsync(16, _ => MadeUp().FetchAsync(Verify));

        Assert.Equal(FewUnknownKeysApp.Limit, statuses.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(16 - FewUnknownKeysApp.Limit, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_key_that_was_valid_is_looked_up_again_whatever_others_at_its_address_did()
    {
        NewWindow();
        var (user, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        var service = app.WithKey(key);
        await (await service.FetchAsync(Verify)).ShouldBeAsync(HttpStatusCode.NoContent);
        await UseUpAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", user.Id);

        var statuses = await Concurrently.StatusesAsync(16, _ => service.FetchAsync(Verify));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.NoContent, status));
        await (await http.DeleteAsync($"/api/v1/auth/api-keys/{id}", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await service.FetchAsync(Verify)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_request_that_is_aborted_still_counts_as_a_lookup()
    {
        // On a busy machine, the server may give up on the database before the clients disconnect, and such requests don't count.
        for (var attempt = 1; !await AbortLookupsAsync(); attempt++)
        {
            Assert.True(attempt < 10, "The lookups never waited at the same time.");
        }

        await (await MadeUp().FetchAsync(Verify)).ShouldBeProblemAsync(429, "rate_limited");
    }

    /// <summary>Aborts as many requests as the limit while their lookups wait for a lock. Returns false if the server answered one of them.</summary>
    private async Task<bool> AbortLookupsAsync()
    {
        NewWindow();
        await using var hold = await HeldLock.TakeAsync(app.ConnectionString, "LOCK TABLE api_keys");
        using var leaving = new CancellationTokenSource();
        var asked = Concurrently.RunAsync(FewUnknownKeysApp.Limit, async _ =>
        {
            try
            {
                await MadeUp().GetAsync(Verify, leaving.Token);
                return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        });
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "lookups that wait", async () => asked.IsCompleted || await WaitingLookupsAsync() == FewUnknownKeysApp.Limit);
        await leaving.CancelAsync();
        var aborted = await asked;
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "the end of the lookups", async () => await WaitingLookupsAsync() == 0);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        return aborted.All(isAborted => isAborted);
    }

    private async Task<long> WaitingLookupsAsync() =>
        (long)(await app.SqlAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%key_hash%'"))!;

    private async Task UseUpAsync()
    {
        for (var time = 0; time < FewUnknownKeysApp.Limit; time++)
        {
            await (await MadeUp().FetchAsync(Verify)).ShouldBeProblemAsync(401, "invalid_api_key");
        }

        await (await MadeUp().FetchAsync(Verify)).ShouldBeProblemAsync(429, "rate_limited");
    }

    /// <summary>Keys in the Python server's format, so that no checksum gives them away.</summary>
    private HttpClient MadeUp() => app.WithKey($"made-up-key-{Interlocked.Increment(ref _made)}-{Guid.NewGuid():N}");

    private void NewWindow() => app.Clock.Advance(TimeSpan.FromMinutes(1));
}
