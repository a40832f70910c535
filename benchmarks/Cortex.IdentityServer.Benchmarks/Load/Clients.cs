using System.Diagnostics;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Runs concurrent clients, each with its own connection and thread.</summary>
internal static class Clients
{
    /// <summary>Runs all clients to completion and returns the elapsed seconds.</summary>
    public static double Run(IConfiguration arguments, Action<int, HttpConnection> client)
    {
        var server = new Uri(arguments.Text("url"));
        var watch = Stopwatch.StartNew();
        var running = Enumerable.Range(0, arguments.Number("connections")).Select(number => new Thread(() =>
        {
            using var connection = new HttpConnection(server);
            client(number, connection);
        })).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Reads <c>--take</c> lines of a file that <see cref="Seed"/> wrote, after the first <c>--skip</c>.</summary>
    public static string[] Known(IConfiguration arguments, string file) =>
        [.. File.ReadLines(Path.Combine(arguments.Text("folder"), file)).Skip(arguments.Number("skip")).Take(arguments.Number("take"))];

    /// <summary>The header of a trusted proxy, with a different client address for each number.</summary>
    public static string Address(int number) => $"X-Forwarded-For: 10.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}\r\n";

    /// <summary>The value below which this share of the values lies.</summary>
    public static double Percentile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }
}
