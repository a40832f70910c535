using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A server with slow hashes, so that concurrent guesses overlap.</summary>
public sealed class ParallelGuessApp(PostgresCluster cluster) : ClientAddressApp(cluster)
{
    internal override int BcryptCost => 10;
}

/// <summary>
/// Concurrent guesses get no further than consecutive ones (CVE-2023-33170), and concurrent correct logins don't lock out their user.
/// </summary>
public sealed class ParallelGuessTests(ParallelGuessApp app) : IClassFixture<ParallelGuessApp>
{
    private const string AttemptCount =
        "SELECT coalesce(sum(failures + cardinality(pending)), 0)::bigint FROM login_attempts WHERE failures + cardinality(pending) > 0";

    /// <remarks>CVE-2023-33170: if failures were counted only afterward, all concurrent guesses would be checked.</remarks>
    [Fact]
    public Task Of_a_hundred_concurrent_guesses_five_are_checked() => GuessAsync(_ => app.Anonymous());

    /// <remarks>The replicas share nothing but the database.</remarks>
    [Fact]
    public async Task Two_replicas_together_check_five_guesses()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            await GuessAsync(index => new HttpClient { BaseAddress = index % 2 == 0 ? app.BaseAddress : replica.BaseAddress });
        }
    }

    /// <remarks>Programs that share an account may log in at the same moment.</remarks>
    [Fact]
    public async Task Twenty_concurrent_correct_logins_over_two_replicas_all_succeed()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            var user = await app.RegisterAsync();

            var answers = await Concurrently.StatusesAsync(
                20,
                index => (index % 2 == 0 ? app.Anonymous() : replica).PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password }));

            Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        }
    }

    /// <remarks>After five failures, guesses are checked one at a time.</remarks>
    [Fact]
    public async Task After_a_delay_only_one_of_many_concurrent_guesses_is_checked()
    {
        var email = app.NewEmail();
        await app.FailLoginsAsync(email, 5);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        var answers = await Concurrently.StatusesAsync(16, _ => app.PostLoginAsync(email, "not the password"));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    /// <remarks>A client that disconnects before the response has still made a guess.</remarks>
    [Fact]
    public async Task An_aborted_request_counts()
    {
        await app.SqlAsync("DELETE FROM login_attempts");
        var user = await app.RegisterAsync();

        // Checking this hash takes longer than the client waits.
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

    /// <remarks>A killed server doesn't settle its pending attempts, so they count as failures after 30 seconds.</remarks>
    [Fact]
    public async Task The_pending_attempts_of_a_killed_server_count_after_thirty_seconds()
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
        var guesses = Concurrently.StatusesAsync(
            99,
            index => app.From($"203.0.113.{index}", client(index))
                .PostAsync("/api/v1/auth/login", new { email = user.Email, password = $"guess number {index}" }));

        // The correct password is sent while five guesses are pending.
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
