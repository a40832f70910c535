using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>The same server with hashes that take a while, so that guesses meet each other.</summary>
public sealed class ParallelGuessApp(PostgresCluster cluster) : ClientAddressApp(cluster)
{
    internal override int BcryptCost => 10;
}

/// <summary>Guesses at once get no further than guesses in a row (CVE-2023-33170), and right logins at once don't lock anybody out.</summary>
public sealed class ParallelGuessTests(ParallelGuessApp app) : IClassFixture<ParallelGuessApp>
{
    private const string AttemptCount =
        "SELECT coalesce(sum(failures + cardinality(pending)), 0)::bigint FROM login_attempts WHERE failures + cardinality(pending) > 0";

    /// <remarks>CVE-2023-33170: where failures are counted afterwards, guesses at once all pass.</remarks>
    [Fact]
    public Task Of_a_hundred_guesses_at_once_five_are_looked_at() => GuessAsync(_ => app.Anonymous());

    /// <remarks>The replicas share nothing but the database.</remarks>
    [Fact]
    public async Task Over_two_replicas_they_are_five_together()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            await GuessAsync(index => new HttpClient { BaseAddress = index % 2 == 0 ? app.BaseAddress : replica.BaseAddress });
        }
    }

    /// <remarks>Programs that share an account log in at the same moment.</remarks>
    [Fact]
    public async Task Twenty_right_logins_over_two_replicas_all_succeed()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            var user = await app.RegisterAsync();

            var answers = await AtOnce.StatusesAsync(
                20,
                index => (index % 2 == 0 ? app.Anonymous() : replica).PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password }));

            Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        }
    }

    /// <remarks>One at a time from the fifth failure on: of sixteen that waited their second, one is looked at.</remarks>
    [Fact]
    public async Task After_a_wait_one_guess_is_looked_at_however_many_come()
    {
        var email = app.NewEmail();
        await app.FailLoginsAsync(email, 5);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        var answers = await AtOnce.StatusesAsync(16, _ => app.PostLoginAsync(email, "not the password"));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    /// <remarks>A client that disconnects before the answer has made a guess all the same.</remarks>
    [Fact]
    public async Task A_request_that_is_broken_off_counts()
    {
        await app.SqlAsync("DELETE FROM login_attempts");
        var user = await app.RegisterAsync();

        // A hash that takes longer than the caller waits.
        await app.SqlAsync("UPDATE users SET password_hash = $1 WHERE id = $2", PasswordHash.Create(user.Password, 13, new ManagedBcrypt()), user.Id);
        for (var tries = 0; tries < 60 && (long)(await app.SqlAsync(AttemptCount))! < 5; tries++)
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.From(ClientAddressApp.UnknownAddress).PostAsync(
                "/api/v1/auth/login", JsonContent.Create(new { email = user.Email, password = "not the password" }), timeout.Token));
        }

        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "five failures", async () => await app.SqlAsync("SELECT max(failures) FROM login_attempts") is >= 5);

        await ClientAddressApp.ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 1);
    }

    /// <remarks>A server that was killed settled nothing; after 30 seconds its attempts count as failures.</remarks>
    [Fact]
    public async Task What_a_killed_server_left_unsettled_counts_after_thirty_seconds()
    {
        await app.SqlAsync("DELETE FROM login_attempts");
        var email = app.NewEmail();
        await app.FailLoginsAsync(email, 1);
        await app.SqlAsync("UPDATE login_attempts SET pending = ARRAY[$1, $1, $1, $1]::timestamptz[]", app.Clock.GetUtcNow());

        app.Clock.Advance(TimeSpan.FromSeconds(31));
        await app.FailLoginsAsync(email, 1);

        Assert.Equal(6, await app.SqlAsync("SELECT failures FROM login_attempts"));
        await ClientAddressApp.ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 2);
    }

    private async Task GuessAsync(Func<int, HttpClient> client)
    {
        await app.SqlAsync("DELETE FROM login_attempts");
        var user = await app.RegisterAsync();
        var guesses = AtOnce.StatusesAsync(
            99,
            index => app.From($"203.0.113.{index}", client(index))
                .PostAsync("/api/v1/auth/login", new { email = user.Email, password = $"guess number {index}" }));

        // The right one comes when five are under way.
        while (!guesses.IsCompleted && (long)(await app.SqlAsync(AttemptCount))! < 5)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeProblemAsync(429, "rate_limited");
        var answers = await guesses;
        Assert.Equal(5, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(94, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.Id));
    }
}
