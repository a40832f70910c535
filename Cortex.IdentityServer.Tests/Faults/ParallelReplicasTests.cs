using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Operations that may succeed only once do so even if two replicas get the requests at the same moment.</summary>
[Collection(FaultTests.Name)]
public sealed class ParallelReplicasTests(TwoServers servers) : IAsyncLifetime
{
    /// <summary>The log's words when a replica stops counting in Redis.</summary>
    private const string CountsAlone = "this replica counts rate limits alone";

    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <remarks>Two valid tokens of one session couldn't be distinguished from a theft (RFC 9700, section 4.14.2; CVE-2026-1035).</remarks>
    [Fact]
    public async Task Sixteen_refreshes_of_one_token_over_two_replicas_leave_one_valid_successor()
    {
        var person = await servers.A.SignUpAsync();

        var answers = await Concurrently.RunAsync(16, index => Either(index).RefreshAsync(person.Tokens.RefreshToken));

        var successors = new HashSet<string>();
        foreach (var answer in answers)
        {
            successors.Add(Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)).RefreshToken);
        }

        var successor = Assert.Single(successors);
        Assert.Equal(
            1L, await servers.Postgres.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND refresh_counter = 1", person.Id));
        var next = Tokens.Of(await (await servers.B.RefreshAsync(successor)).JsonAsync(HttpStatusCode.OK)).RefreshToken;
        await (await servers.A.RefreshAsync(next)).JsonAsync(HttpStatusCode.OK);
    }

    /// <remarks>A code is accepted once, whichever replica sees it (RFC 6238, section 5.2).</remarks>
    [Fact]
    public async Task Sixteen_logins_with_one_code_over_two_replicas_create_one_session()
    {
        var person = await servers.A.SignUpAsync();
        var enabled = await (await servers.A.PostAsync("2fa/enable", new { }, person.Token)).JsonAsync(HttpStatusCode.OK);
        var secret = enabled.GetProperty("secret").GetString()!;

        // Setup uses the code of the previous time step, and the logins use the current one, which has to stay valid for long enough.
        await WaitForEarlyInStepAsync(atMost: 20);
        var now = TimeProvider.System.GetUtcNow();
        await (await servers.A.PostAsync("2fa/verify", new { code = Totp.Code(secret, now, stepsAway: -1) }, person.Token)).JsonAsync(HttpStatusCode.OK);

        var answers = await Concurrently.RunAsync(
            16, index => Either(index).PostAsync("login", new { email = person.Email, password = Replica.Password, two_factor_code = Totp.Code(secret, now) }));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode is 200 or 401 or 429));
        Assert.Equal(2L, await servers.Postgres.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", person.Id));
    }

    /// <remarks>
    /// All replicas together allow 20 failures per address within 5 minutes, and no hash is computed for the rest. On a busy machine, Redis may not answer in
    /// time, and then each replica counts alone, which isn't what this test is about.
    /// </remarks>
    [Fact]
    public async Task Of_200_wrong_logins_over_two_replicas_exactly_the_limit_is_checked()
    {
        List<HttpStatusCode> answers;
        string address;
        int timeouts;
        var attempts = 0;
        do
        {
            await WaitUntilLimitsAreSharedAsync();
            timeouts = CountRedisTimeouts();
            address = $"203.0.113.{++attempts}";
            answers = [.. await Concurrently.RunAsync(200, index => WrongLoginAsync(Either(index), address))];
            await Task.Delay(500, TestContext.Current.CancellationToken); // A log line can arrive after the responses.
        }
        while (attempts < 12 && CountRedisTimeouts() > timeouts);

        Assert.Equal(20, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(180, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        Assert.Equal(HttpStatusCode.TooManyRequests, await WrongLoginAsync(servers.A, address));
        Assert.Equal(HttpStatusCode.Unauthorized, await WrongLoginAsync(servers.B, "198.51.100.8"));
    }

    private async Task WaitUntilLimitsAreSharedAsync()
    {
        foreach (var replica in new[] { servers.A, servers.B })
        {
            await Poll.UntilAsync(
                TimeSpan.FromSeconds(30),
                "shared limits",
                async () =>
                {
                    await WrongLoginAsync(replica, "198.51.100.9");
                    return SharesLimits(replica);
                });
        }
    }

    /// <summary>Whether the replica's last word about Redis is that it counts there.</summary>
    private static bool SharesLimits(Replica replica)
    {
        var output = replica.Process.Output;
        return output.LastIndexOf("Rate limits are shared", StringComparison.Ordinal) > output.LastIndexOf(CountsAlone, StringComparison.Ordinal);
    }

    private int CountRedisTimeouts() => new[] { servers.A, servers.B }.Sum(replica => replica.Process.Output.Split(CountsAlone).Length - 1);

    private static async Task<HttpStatusCode> WrongLoginAsync(Replica replica, string address)
    {
        using var answer = await replica.SendAsync(
            HttpMethod.Post, "login", body: new { email = Replica.NewEmail(), password = "a wrong password" }, from: address);
        return answer.StatusCode;
    }

    private static async Task WaitForEarlyInStepAsync(int atMost)
    {
        var seconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % 30;
        if (seconds > atMost)
        {
            await Task.Delay(TimeSpan.FromSeconds(30 - seconds), TestContext.Current.CancellationToken);
        }
    }

    private Replica Either(int index) => index % 2 == 0 ? servers.A : servers.B;
}
