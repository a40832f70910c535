using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>
/// Sends requests at a fixed rate, as many independent clients would, and records every success and the time of the last successful write.
/// </summary>
internal sealed class SteadyLoad
{
    private const int UserCount = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Replica _server;
    private readonly Person[] _users;
    private readonly ConcurrentBag<string> _keys = [];
    private readonly ConcurrentBag<string> _revoked = [];
    private readonly ConcurrentBag<Guid> _registered = [];
    private readonly ConcurrentBag<(string What, int Status)> _results = [];
    private readonly ConcurrentQueue<string>[] _refreshTokens;
    private long _lastWriteAt;
    private volatile bool _isStopping;
    private Task _running = Task.CompletedTask;

    private SteadyLoad(Replica server, Person[] people)
    {
        _server = server;
        _users = people;
        _refreshTokens = [.. people.Select(person => new ConcurrentQueue<string>([person.Tokens.RefreshToken]))];
    }

    public IReadOnlyCollection<(string What, int Status)> Results => _results;

    /// <summary>The time at which the most recent successful write began, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long LastWriteAt => Volatile.Read(ref _lastWriteAt);

    public static async Task<SteadyLoad> StartAsync(Replica server)
    {
        var load = new SteadyLoad(server, await Concurrently.RunAsync(UserCount, _ => server.SignUpAsync()));
        load._running = load.RunAsync();
        return load;
    }

    public Task StopAsync()
    {
        _isStopping = true;
        return _running;
    }

    /// <summary>Checks that the effect of every successful request is still there.</summary>
    public async Task AssertNothingLostAsync(int port)
    {
        Assert.All(await Task.WhenAll(_keys.Select(_server.VerifyAsync)), status => Assert.Equal(204, status));
        Assert.All(await Task.WhenAll(_revoked.Select(_server.VerifyAsync)), status => Assert.Equal(401, status));
        object registered = _registered.ToArray();
        Assert.Equal(_registered.Count, (int)(long)(await StandbyPair.SqlAsync(port, "SELECT count(*) FROM users WHERE id = ANY($1)", registered))!);
        foreach (var tokens in _refreshTokens)
        {
            Assert.True(tokens.TryDequeue(out var token));
            Assert.Equal(HttpStatusCode.OK, (await _server.RefreshAsync(token)).StatusCode);
        }
    }

    private async Task RunAsync()
    {
        var requests = new List<Task>();
        using var timer = new PeriodicTimer(Interval);
        for (var turn = 0; !_isStopping; turn++)
        {
            var client = turn / 4 % UserCount;
            requests.Add((turn % 4) switch
            {
                0 => RefreshAsync(client),
                1 => CreateKeyAsync(_users[client], keepsKey: turn % 8 == 1),
                2 when turn % 40 == 2 => RegisterAsync(),
                _ => SendAsync("verify", () => _server.GetAsync("verify", _users[client].Token)),
            });
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(requests);
    }

    private async Task RefreshAsync(int client)
    {
        // The previous refresh of this client may still be pending.
        if (!_refreshTokens[client].TryDequeue(out var token))
        {
            return;
        }

        var answer = await SendAsync("refresh", () => _server.RefreshAsync(token), writes: true);
        _refreshTokens[client].Enqueue(answer is { IsSuccessStatusCode: true } ? Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)).RefreshToken : token);
    }

    private async Task CreateKeyAsync(Person owner, bool keepsKey)
    {
        if (await SendAsync(
            "new key", () => _server.PostAsync("api-keys/generate", new { name = "load" }, owner.Token),
            writes: true) is not { IsSuccessStatusCode: true } response)
        {
            return;
        }

        var key = await response.JsonAsync(HttpStatusCode.Created);
        var text = key.GetProperty("key").GetString()!;
        if (keepsKey && _keys.Count < UserCount * 20)
        {
            _keys.Add(text);
        }
        else if (await SendAsync(
            "revoke", () => _server.SendAsync(HttpMethod.Delete, $"api-keys/{key.GetProperty("id").GetGuid()}", owner.Token),
            writes: true) is { IsSuccessStatusCode: true })
        {
            _revoked.Add(text);
        }
    }

    private async Task RegisterAsync()
    {
        if (await SendAsync("register", () => _server.RegisterAsync(Replica.NewEmail()), writes: true) is { IsSuccessStatusCode: true } answer)
        {
            _registered.Add((await answer.JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid());
        }
    }

    /// <summary>Sends a request and records its result. Returns null if there was no response.</summary>
    private async Task<HttpResponseMessage?> SendAsync(string what, Func<Task<HttpResponseMessage>> send, bool writes = false)
    {
        var began = Stopwatch.GetTimestamp();
        HttpResponseMessage? answer = null;
        try
        {
            answer = await send();
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
        }

        _results.Add((what, (int)(answer?.StatusCode ?? 0)));
        for (var seen = LastWriteAt; writes && answer is { IsSuccessStatusCode: true } && seen < began;)
        {
            var was = Interlocked.CompareExchange(ref _lastWriteAt, began, seen);
            seen = was == seen ? began : was;
        }

        return answer;
    }
}
