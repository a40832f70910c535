using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Sends <c>GET /verify</c> at a constant rate, regardless of slow responses, and prints the latencies.</summary>
internal static class SteadyRequests
{
    /// <summary>Requests during the warm-up are not counted, because this program is still being compiled.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static Task RunAsync(IConfiguration arguments)
    {
        var latencies = new ConcurrentBag<double>();
        var (connections, failed) = (arguments.Number("connections"), 0);
        var period = TimeSpan.FromSeconds(1.0 / arguments.Number("rate"));
        var length = WarmUp + TimeSpan.FromSeconds(arguments.Number("seconds"));
        var headers = $"Authorization: Bearer {arguments.Text("token")}\r\n";
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
                if (connection.Send("GET", "/api/v1/auth/verify", headers).Status != 204)
                {
                    Interlocked.Increment(ref failed);
                }

                if (due >= WarmUp)
                {
                    latencies.Add((watch.Elapsed - began).TotalMilliseconds);
                }
            }
        });
        Settings.Print(("p99", Clients.Percentile(latencies, 0.99)), ("p50", Clients.Percentile(latencies, 0.5)), ("failed", failed));
        return Task.CompletedTask;
    }
}
