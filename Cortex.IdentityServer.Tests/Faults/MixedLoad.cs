using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Clients that register, log in, refresh, make and revoke keys at the same time, and remember what they were promised.</summary>
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

    /// <summary>What came back, a request that got no answer included.</summary>
    public IReadOnlyCollection<Result> Results => _results;

    public int Successes => _results.Count(answer => answer.Status is >= 200 and < 300);

    /// <summary>The people whom the clients act for.</summary>
    public static Task<Person[]> SignUpUsersAsync(Replica server) => AtOnce.RunAsync(Clients, _ => server.SignUpAsync());

    /// <summary>Begins, for people who are there already.</summary>
    public static async Task<MixedLoad> StartAsync(params Replica[] on)
    {
        var people = await SignUpUsersAsync(on[^1]);
        return Start(people, on);
    }

    public static MixedLoad Start(Person[] people, params Replica[] on)
    {
        var load = new MixedLoad();
        load._running = Task.WhenAll(people.Select((person, index) => load.RunAsync(person, index, on[index % on.Length])));
        return load;
    }

    /// <summary>No new requests; those under way get their answers.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        return _running;
    }

    /// <summary>Only successes and 503 with Retry-After, each within five seconds.</summary>
    public void AssertTimelyResponses() => Assert.All(_results, answer =>
    {
        Assert.True(answer.Status is >= 200 and < 300 || answer is { Status: 503, HasRetryAfter: true }, $"{answer}");
        Assert.True(answer.Duration < TimeSpan.FromSeconds(5), $"{answer}");
    });

    /// <summary>Every promise holds, seen from this server and the database: nothing is lost, nothing is half done, nothing revoked is back.</summary>
    public async Task AssertNothingLostAsync(Replica seenFrom, KillablePostgres database)
    {
        Assert.All(await Task.WhenAll(_keys.Select(seenFrom.VerifyAsync)), status => Assert.Equal(204, status));
        Assert.All(await Task.WhenAll(_revoked.Select(seenFrom.VerifyAsync)), status => Assert.Equal(401, status));
        Assert.All(await Task.WhenAll(_refreshTokens.Values.Select(seenFrom.RefreshAsync)), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));

        var registered = _registered.Select(person => person.Id).ToArray();
        Assert.Equal(registered.LongLength, await database.SqlAsync("SELECT count(*) FROM users WHERE id = ANY($1)", registered));

        // Whoever is in the database, promised or not, is whole. A hash takes its time, so not all of them log in.
        object tried = _attempted.ToArray();
        Assert.Equal(
            0L,
            await database.SqlAsync(
                "SELECT count(*) FROM users WHERE email = ANY($1) AND (password_hash NOT LIKE '$2b$10$%' OR security_stamp IS NULL)", tried));
        var emails =
            (string[])(await database.SqlAsync(
                "SELECT coalesce(array_agg(email ORDER BY created_at DESC), '{}')::text[] FROM users WHERE email = ANY($1)", tried))!;
        Assert.All(
            await Task.WhenAll(emails.Take(Clients).Select(email => seenFrom.LogInAsync(email))), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
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

    /// <summary>Some keys stay, the others are revoked at once, as a user may have fifty.</summary>
    private async Task CreateKeyAsync(Replica server, Person owner)
    {
        if (await SendAsync(
            "new key", () => server.PostAsync("api-keys/generate", new { name = "load" }, owner.Token)) is not { IsSuccessStatusCode: true } made)
        {
            return;
        }

        var key = await made.JsonAsync(HttpStatusCode.Created);
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

    /// <summary>Null when no answer came.</summary>
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
        catch (HttpRequestException failure)
        {
            _results.Add(new(what, 0, false, false, failure.HttpRequestError, Stopwatch.GetElapsedTime(started)));
            await Task.Delay(20, TestContext.Current.CancellationToken);
            return null;
        }
    }

    /// <param name="Request">The request.</param>
    /// <param name="Status">0 where no answer came.</param>
    /// <param name="HasRetryAfter">Whether it names a time for the next try.</param>
    /// <param name="ClosesConnection">Whether it says that the connection ends.</param>
    /// <param name="Error">Why no answer came.</param>
    /// <param name="Duration">From the client's view.</param>
    internal sealed record Result(string Request, int Status, bool HasRetryAfter, bool ClosesConnection, HttpRequestError? Error, TimeSpan Duration);
}
