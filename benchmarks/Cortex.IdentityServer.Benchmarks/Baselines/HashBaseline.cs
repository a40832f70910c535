using System.Diagnostics;
using Cortex.IdentityServer.Identity.Passwords.Hashing;

namespace Cortex.IdentityServer.Benchmarks.Baselines;

/// <summary>The baseline for logins: only libxcrypt's bcrypt, on one thread per processor.</summary>
internal static class HashBaseline
{
    private const string Salt = "abcdefghijklmnopqrstuu";

    public static Task RunAsync(IConfiguration arguments)
    {
        var engine = NativeBcrypt.TryLoad() ?? throw new PlatformNotSupportedException("libxcrypt is not installed.");
        var (threads, left, cost) = (Environment.ProcessorCount, arguments.Number("count"), arguments.Number("cost"));
        var count = left;
        var watch = Stopwatch.StartNew();
        var running = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                engine.Digest("correct horse battery staple", Salt, cost);
            }
        })).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());
        Settings.Print(("rate", count / watch.Elapsed.TotalSeconds));
        return Task.CompletedTask;
    }
}
