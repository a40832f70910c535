using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http.Tls;

/// <summary>A certificate is replaced under load.</summary>
public sealed class TlsLoadTests(PostgresCluster cluster)
{
    private const int RequestsPerSecond = 200;

    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    private readonly ConcurrentBag<Handshake> _handshakes = [];
    private readonly ConcurrentBag<string> _failures = [];

    [Fact]
    public async Task Under_200_requests_a_second_no_request_fails_and_new_connections_get_the_new_certificate_within_a_second()
    {
        using var chain = new TestChain();
        await using var server = await TlsServer.StartAsync(chain, await cluster.CreateDatabaseAsync());
        var person = await server.Replica.SignUpAsync();
        using var fresh = Client(server, HttpVersion.Version11, isKept: false);
        using var kept11 = Client(server, HttpVersion.Version11, isKept: true);
        using var kept2 = Client(server, HttpVersion.Version20, isKept: true);
        foreach (var http in new[] { fresh, kept11, kept2 })
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", person.Token);
            await SendAsync(http);
        }

        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(
            LoadAsync(fresh, RequestsPerSecond / 2, stop.Token), LoadAsync(kept11, RequestsPerSecond / 4, stop.Token),
            LoadAsync(kept2, RequestsPerSecond / 4, stop.Token));
        var renewals = new List<(long At, string SerialNumber)>();
        for (var i = 0; i < 2; i++)
        {
            using var next = chain.Issue();
            renewals.Add((Stopwatch.GetTimestamp(), next.SerialNumber));
            server.Files.Rename(next);
            await Task.Delay(2 * Promised, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        var sent = await load;

        Assert.Empty(_failures);
        Assert.True(_handshakes.Count(one => one.Client == fresh) > RequestsPerSecond, $"only {_handshakes.Count} connections in 4 s");
        Assert.True(sent.Sum() > RequestsPerSecond * 3, $"only {sent.Sum()} requests in 4 s");
        foreach (var (at, serialNumber) in renewals)
        {
            var later = _handshakes.Where(one => one.At > at + (Promised.TotalSeconds * Stopwatch.Frequency)
                && renewals.All(other => other.At <= at || one.At < other.At)).ToList();
            Assert.NotEmpty(later);
            Assert.All(later, one => Assert.Equal(serialNumber, one.SerialNumber));
        }

        // A connection goes on with the certificate that it began with.
        Assert.Single(_handshakes, one => one.Client == kept2);
    }

    private HttpClient Client(TlsServer server, Version version, bool isKept)
    {
        HttpClient? client = null;
        var options = server.ClientOptions();
        options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            _handshakes.Add(new(client!, Stopwatch.GetTimestamp(), ((X509Certificate2)certificate!).SerialNumber));
            return errors == SslPolicyErrors.None;
        };
        client = new HttpClient(new SocketsHttpHandler
        {
            PooledConnectionLifetime = isKept ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
            SslOptions = options,
        })
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return client;
    }

    /// <summary>Sends requests at a rate, whether or not earlier ones have been answered.</summary>
    private async Task<int> LoadAsync(HttpClient http, int perSecond, CancellationToken stop)
    {
        var (started, requests) = (Stopwatch.GetTimestamp(), new List<Task>());
        while (!stop.IsCancellationRequested)
        {
            while (requests.Count < Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond)
            {
                requests.Add(SendAsync(http));
            }

            await Task.Delay(5, CancellationToken.None);
        }

        await Task.WhenAll(requests);
        return requests.Count;
    }

    private async Task SendAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                _failures.Add($"{(int)answer.StatusCode}");
            }
        }
        catch (HttpRequestException failure)
        {
            _failures.Add(failure.ToString());
        }
    }

    private sealed record Handshake(HttpClient Client, long At, string SerialNumber);
}
