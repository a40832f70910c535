using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Asks again and again until something is so, and says after how long it was.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Fails when it isn't so in time.</summary>
    public static async Task<TimeSpan> UntilAsync(TimeSpan timeout, string description, Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < timeout, $"not within {timeout.TotalMilliseconds} ms: {description}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }

        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < timeout, $"{description}: after {took.TotalMilliseconds:0} ms");
        return took;
    }
}
