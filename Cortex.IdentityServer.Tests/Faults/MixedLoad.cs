using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Clients that concurrently register, log in, refresh, and create and revoke keys, and that record every success.</summary>
internal sealed class MixedLoad
{
    private const int Clients = 6;

    private readonly ConcurrentBag<Result> _results = [];
    private readonly ConcurrentBag<Person> _registered = [];
    private readonly ConcurrentBag<string> _attempted = [];
    private readonly ConcurrentBag<string> _keys = [];
    private readonly ConcurrentBag<string> _revoked = [];
    private readonly ConcurrentDictionary<int, string> _refreshTokens = [];
    private volatile bool _isStopping;
    private Task _running = Task.CompletedTask;

    /// <summary>The results of all requests, including those that got no response.</summary>
    public IReadOnlyCollection<Result> Results => _results;

    public int Successes => _results.Count(answer => answer.Status is >= 200 and < 300);

    /// <summary>Registers and logs in the users for the clients.</summary>
    public static Task<Person[]> SignUpUsersAsync(Replica server) => Concurrently.RunAsync(Clients, _ => server.SignUpAsync());

    /// <summary>Registers users and starts the load.</summary>
    public static async Task<MixedLoad> StartAsync(params Replica[] servers)
    {
        var people = await SignUpUsersAsync(servers[^1]);
        return Start(people, servers);
    }

    public static MixedLoad Start(Person[] users, params Replica[] servers)
    {
        var load = new MixedLoad();
        load._running = Task.WhenAll(users.Select((person, index) => load.RunAsync(person, index, servers[index % servers.Length])));
        return load;
    }

    /// <summary>Stops sending requests and waits for the pending ones.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        return _running;
    }

    /// <summary>Checks that every request succeeded or got 503 with Retry-After, within five seconds.</summary>
    public void AssertTimelyResponses() => Assert.All(_results, answer =>
    {
        Assert.True(answer.Status is >= 200 and < 300 || answer is { Status: 503, HasRetryAfter: true }, $"{answer}");
        Assert.True(answer.Duration < TimeSpan.FromSeconds(5), $"{answer}");
    });

    /// <summary>
    /// Checks on a server and in the database that every success was kept: nothing is lost or half done, and every revoked key is still revoked.
    /// </summary>
    public async Task AssertNothingLostAsync(Replica server, KillablePostgres database)
    {
        Assert.All(await Task.WhenAll(_keys.Select(server.VerifyAsync)), status => Assert.Equal(204, status));
        Assert.All(await Task.WhenAll(_revoked.Select(server.VerifyAsync)), status => Assert.Equal(401, status));
        Assert.All(await Task.WhenAll(_refreshTokens.Values.Select(server.RefreshAsync)), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));

        var registered = _registered.Select(person => person.Id).ToArray();
        Assert.Equal(registered.LongLength, await database.SqlAsync("SELECT count(*) FROM users WHERE id = ANY($1)", registered));

        // Every user in the database is complete, whether or not its registration got a response. Hashes are slow, so only some of the users log in.
        object tried = _attempted.ToArray();
        Assert.Equal(
            0L,
            await database.SqlAsync(
                "SELECT count(*) FROM users WHERE email = ANY($1) AND (password_hash NOT LIKE '$2b$10$%' OR security_stamp IS NULL)", tried));
        var emails =
            (string[])(await database.SqlAsync(
                "SELECT coalesce(array_agg(email ORDER BY created_at DESC), '{}')::text[] FROM users WHERE email = ANY($1)", tried))!;
        Assert.All(
            await Task.WhenAll(emails.Take(Clients).Select(email => server.LogInAsync(email))), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    private async Task RunAsync(Person person, int client, Replica server)
    {
        _refreshTokens[client] = person.Tokens.RefreshToken;
        for (var turn = client; !_isStopping; turn++)
        {
            Task request = (turn % 6) switch
            {
                0 => RegisterAsync(server),
                1 => SendAsync("login", () => server.LogInAsync(person.Email)),
                3 => CreateKeyAsync(server, person),
                5 => SendAsync("verify", () => server.GetAsync("verify", person.Token)),
                _ => RefreshAsync(server, client),
            };
            await request;
        }
    }

    private async Task RegisterAsync(Replica server)
    {
        var email = Replica.NewEmail();
        _attempted.Add(email);
        if (await SendAsync("register", () => server.RegisterAsync(email)) is { IsSuccessStatusCode: true } answer)
        {
            _registered.Add(new((await answer.JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid(), email, new("", "")));
        }
    }

    private async Task RefreshAsync(Replica server, int client)
    {
        if (await SendAsync("refresh", () => server.RefreshAsync(_refreshTokens[client])) is { IsSuccessStatusCode: true } answer)
        {
            _refreshTokens[client] = Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)).RefreshToken;
        }
    }

    /// <summary>Creates a key. All but a few keys are revoked again, because a user may have only fifty.</summary>
    private async Task CreateKeyAsync(Replica server, Person owner)
    {
        if (await SendAsync(
            "new key", () => server.PostAsync("api-keys/generate", new { name = "load" }, owner.Token)) is not { IsSuccessStatusCode: true } response)
        {
            return;
        }

        var key = await response.JsonAsync(HttpStatusCode.Created);
        var text = key.GetProperty("key").GetString()!;
        if (_keys.Count < Clients)
        {
            _keys.Add(text);
        }
        else if (await SendAsync(
            "revoke", () => server.SendAsync(HttpMethod.Delete, $"api-keys/{key.GetProperty("id").GetGuid()}", owner.Token)) is { IsSuccessStatusCode: true })
        {
            _revoked.Add(text);
        }
    }

    /// <summary>Sends a request and records its result. Returns null if there was no response.</summary>
    private async Task<HttpResponseMessage?> SendAsync(string what, Func<Task<HttpResponseMessage>> send)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await send();
            _results.Add(
                new(
                    what, (int)answer.StatusCode, answer.Headers.RetryAfter is not null, answer.Headers.ConnectionClose == true, null,
                    Stopwatch.GetElapsedTime(started)));
            if (!answer.IsSuccessStatusCode)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            return answer;
        }
        catch (HttpRequestException exception)
        {
            _results.Add(new(what, 0, false, false, exception.HttpRequestError, Stopwatch.GetElapsedTime(started)));
            await Task.Delay(20, TestContext.Current.CancellationToken);
            return null;
        }
    }

    /// <param name="Request">The request.</param>
    /// <param name="Status">The status, or 0 if there was no response.</param>
    /// <param name="HasRetryAfter">Whether the response has a Retry-After header.</param>
    /// <param name="ClosesConnection">Whether the response closes the connection.</param>
    /// <param name="Error">Why there was no response.</param>
    /// <param name="Duration">The duration as seen by the client.</param>
    internal sealed record Result(string Request, int Status, bool HasRetryAfter, bool ClosesConnection, HttpRequestError? Error, TimeSpan Duration);
}
