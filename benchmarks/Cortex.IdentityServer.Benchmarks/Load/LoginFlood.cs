using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Clients that guess passwords continuously, for accounts that don't exist and from new addresses each time. A client that is refused retries after a random
/// pause of about 100 ms.
/// </summary>
internal static class LoginFlood
{
    private const int MinPauseMilliseconds = 50;
    private const int MaxPauseMilliseconds = 150;

    public static Task RunAsync(IConfiguration arguments)
    {
        var refused = new ConcurrentBag<double>();
        var (hashed, broken, number) = (0, 0, Environment.ProcessId << 8);
        var watch = Stopwatch.StartNew();
        var length = TimeSpan.FromSeconds(arguments.Number("seconds"));
        Clients.Run(arguments, (_, connection) =>
        {
            while (watch.Elapsed < length)
            {
                var mine = Interlocked.Increment(ref number);
                var began = Stopwatch.GetTimestamp();
                try
                {
                    if (connection.Send(
                        "POST", "/api/v1/auth/login", Clients.Address(mine), Logins.Body($"nobody{mine}@example.org", "a wrong password")).Status is 429 or 503)
                    {
                        refused.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        Thread.Sleep(Random.Shared.Next(MinPauseMilliseconds, MaxPauseMilliseconds + 1));
                    }
                    else
                    {
                        Interlocked.Increment(ref hashed);
                    }
                }
                catch (IOException)
                {
                    Interlocked.Increment(ref broken);
                }
            }
        });
        Settings.Print(("refused", refused.Count), ("refused_p99", Clients.Percentile(refused, 0.99)), ("hashed", hashed), ("broken", broken));
        return Task.CompletedTask;
    }
}
