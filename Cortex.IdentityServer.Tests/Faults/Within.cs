using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Asks again and again until something is so, and says after how long it was.</summary>
internal static class Within
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Fails when it isn't so in time.</summary>
    public static async Task<TimeSpan> UntilAsync(TimeSpan limit, string what, Func<Task<bool>> isSo)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"not within {limit.TotalMilliseconds} ms: {what}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }

        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < limit, $"{what}: after {took.TotalMilliseconds:0} ms");
        return took;
    }
}
