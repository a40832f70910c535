using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Clients that guess without end, at accounts that don't exist and from ever new addresses; one that is refused comes back a tenth of a second later.</summary>
internal static class LoginFlood
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

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
                    if (connection.Send("POST", "/api/v1/auth/login", Clients.Address(mine), Logins.Body($"nobody{mine}@example.org", "a wrong password")).Status is 429 or 503)
                    {
                        refused.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        Thread.Sleep(Pause);
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
