using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <summary>Refreshes that share a statement don't affect each other.</summary>
public sealed class BatchedRefreshTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/refresh";

    /// <summary>Long enough for all requests to arrive, and shorter than the server's query timeout.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task Each_request_gets_the_result_of_its_own_token()
    {
        var spent = await RunSequentiallyAsync(16, async _ => (await app.SignUpAsync()).Tokens);
        var live = await RunSequentiallyAsync(16, async index => Tokens.Of(await (await RefreshAsync(spent[index])).JsonAsync(HttpStatusCode.OK)));
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        Task<HttpResponseMessage[]> all;
        await using (await HeldLock.TakeAsync(app.ConnectionString, "LOCK TABLE sessions"))
        {
            // The used tokens come first, and half of the sessions send only the current one.
            all = Concurrently.RunAsync(24, index => RefreshAsync(index < 8 ? spent[index] : live[index - 8]));
            await Task.Delay(Gathering, TestContext.Current.CancellationToken);
        }

        var answers = await all;
        Assert.All(answers[..8], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        for (var index = 8; index < 16; index++)
        {
            var child = Tokens.Of(await answers[index + 8].JsonAsync(HttpStatusCode.OK));
            Assert.Equal((string?)Jwt.Read(live[index].AccessToken).Payload["sub"], (string?)Jwt.Read(child.AccessToken).Payload["sub"]);
            await (await RefreshAsync(child)).JsonAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_session_whose_row_is_locked_delays_no_other_refresh()
    {
        var (user, held, _) = await app.SignUpAsync();
        var (_, other, _) = await app.SignUpAsync();

        Task<HttpResponseMessage> waiting;
        await using (await HeldLock.TakeAsync(app.ConnectionString, $"SELECT FROM sessions WHERE user_id = '{user.Id}' FOR UPDATE"))
        {
            waiting = RefreshAsync(held);
            for (var turn = 0; turn < 3; turn++)
            {
                other = Tokens.Of(await (await RefreshAsync(other)).JsonAsync(HttpStatusCode.OK));
            }

            Assert.False(waiting.IsCompleted);
        }

        await (await waiting).JsonAsync(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> RefreshAsync(Tokens tokens) => app.Anonymous().PostAsync(Route, new { refresh_token = tokens.RefreshToken });

    private static async Task<T[]> RunSequentiallyAsync<T>(int times, Func<int, Task<T>> action)
    {
        var results = new T[times];
        for (var index = 0; index < times; index++)
        {
            results[index] = await action(index);
        }

        return results;
    }
}
