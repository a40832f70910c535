using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Sends <c>GET /verify</c>, or another path, at a constant rate, regardless of slow responses, with an access token or an API key. Prints the latencies, the
/// number of 204 responses, and the Unix time at which it began.
/// </summary>
internal static class SteadyRequests
{
    /// <summary>Requests during the warm-up are not counted, because this program is still being compiled.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static Task RunAsync(IConfiguration arguments)
    {
        var latencies = new ConcurrentBag<double>();
        var (connections, answered, failed) = (arguments.Number("connections"), 0, 0);
        var period = TimeSpan.FromSeconds(1.0 / arguments.Number("rate"));
        var length = WarmUp + TimeSpan.FromSeconds(arguments.Number("seconds"));
        var path = arguments["path"] ?? "/api/v1/auth/verify";
        var headers = arguments["key"] is { } key ? $"X-API-Key: {key}\r\n" : $"Authorization: Bearer {arguments.Text("token")}\r\n";
        var start = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        Clients.Run(arguments, (client, connection) =>
        {
            for (var due = period * client; due < length; due += period * connections)
            {
                // If a late response delayed this request, its latency counts from the time when it was due.
                var wait = due - watch.Elapsed;
                if (wait > TimeSpan.Zero)
                {
                    Thread.Sleep(wait);
                }

                var began = wait > TimeSpan.Zero ? watch.Elapsed : due;
                var isSuccess = connection.Send("GET", path, headers).Status == 204;
                Interlocked.Add(ref answered, isSuccess ? 1 : 0);
                Interlocked.Add(ref failed, isSuccess ? 0 : 1);

                if (due >= WarmUp)
                {
                    latencies.Add((watch.Elapsed - began).TotalMilliseconds);
                }
            }
        });
        Settings.Print(
            ("p99", Clients.Percentile(latencies, 0.99)), ("p50", Clients.Percentile(latencies, 0.5)), ("answered", answered), ("failed", failed),
            ("began", start.ToUnixTimeMilliseconds() / 1000.0));
        return Task.CompletedTask;
    }
}
