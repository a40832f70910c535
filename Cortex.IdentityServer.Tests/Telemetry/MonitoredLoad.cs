using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>Sends requests of every kind that the metrics tell apart, some of them wrong, whatever happens to the server.</summary>
internal sealed class MonitoredLoad
{
    /// <summary>More than the hashing queue takes.</summary>
    private const int BurstSize = 8;

    private readonly Replica _replica;
    private readonly Person _person;
    private readonly Person _withSecondFactor;
    private readonly string _key;

    private MonitoredLoad(Replica replica, Person person, Person withSecondFactor, string key) =>
        (_replica, _person, _withSecondFactor, _key) = (replica, person, withSecondFactor, key);

    /// <summary>Sends what needs to be sent only once.</summary>
    public static async Task<MonitoredLoad> StartAsync(Replica replica)
    {
        var (person, withSecondFactor, robbed) = (await replica.SignUpAsync(), await replica.SignUpAsync(), await replica.SignUpAsync());
        var key = (await replica.NewKeyAsync(person)).Text;
        var enabled = await (await replica.PostAsync("2fa/enable", new { }, withSecondFactor.Token)).JsonAsync(HttpStatusCode.OK);
        var code = Totp.Code(enabled.GetProperty("secret").GetString()!, DateTimeOffset.UtcNow);
        await (await replica.PostAsync("2fa/verify", new { code }, withSecondFactor.Token)).ShouldBeAsync(HttpStatusCode.OK);
        var second = Tokens.Of(await (await replica.RefreshAsync(robbed.Tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        await (await replica.RefreshAsync(second.RefreshToken)).ShouldBeAsync(HttpStatusCode.OK);
        await (await replica.RefreshAsync(robbed.Tokens.RefreshToken)).ShouldBeProblemAsync(401, "refresh_token_reused");
        await FillHashingQueueAsync(replica);
        return new(replica, person, withSecondFactor, key);
    }

    /// <summary>Logs in at the same time from several addresses that the server doesn't know.</summary>
    public static Task FillHashingQueueAsync(Replica replica) =>
        Concurrently.RunAsync(BurstSize, _ => replica.LogInAsync("nobody@example.com"));

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await SendAsync();
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                // The test goes on without this request.
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    private async Task SendAsync()
    {
        await _replica.VerifyAsync(_key);
        await _replica.VerifyAsync(_key[..^1] + (_key[^1] == 'a' ? 'b' : 'a'));
        await _replica.VerifyAsync(_person.Token);
        await _replica.SendAsync(HttpMethod.Get, "/.well-known/jwks.json", from: "192.0.2.1");
        await _replica.LogInAsync(_person.Email);
        await _replica.LogInAsync("nobody@example.com");
        await _replica.RefreshAsync("garbage");
        await _replica.PostAsync("login", new { email = _withSecondFactor.Email, password = Replica.Password, two_factor_code = "000000" });
    }
}
