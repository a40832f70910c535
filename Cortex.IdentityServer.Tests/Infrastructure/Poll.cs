using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Waits for conditions by polling.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition is true and returns how long that took. It fails after the timeout.</summary>
    public static async Task<TimeSpan> UntilAsync(TimeSpan timeout, string description, Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < timeout, $"timed out after {timeout.TotalMilliseconds} ms: {description}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        Assert.True(elapsed < timeout, $"{description}: took {elapsed.TotalMilliseconds:0} ms");
        return elapsed;
    }
}
