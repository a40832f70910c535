using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>
/// Slows pages down when SLOW_PAGES is 1: every script and every request is delayed by a random time, and the processor is three times slower. A test that
/// doesn't wait for what a person would wait for most likely fails then, and not just now and then on a busy machine.
/// </summary>
internal static class SlowPages
{
    private const int SlowestScriptMs = 400;

    private const int SlowestRequestMs = 250;

    private const double CpuSlowdown = 3;

    public static async Task ApplyAsync(IBrowserContext context)
    {
        if (Environment.GetEnvironmentVariable("SLOW_PAGES") != "1")
        {
            return;
        }

        await context.RouteAsync("**/assets/**", route => DelayAsync(route, SlowestScriptMs));
        await context.RouteAsync("**/api/**", route => DelayAsync(route, SlowestRequestMs));
        context.Page += async (_, page) => await IgnoringClosedAsync(async () =>
        {
            var session = await context.NewCDPSessionAsync(page);
            await session.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = CpuSlowdown });
        });
    }

    private static Task DelayAsync(IRoute route, int slowestMs) => IgnoringClosedAsync(async () =>
    {
        await Task.Delay(Random.Shared.Next(slowestMs));
        await route.ContinueAsync();
    });

    /// <summary>A page that was closed in the meantime needs no delay.</summary>
    private static async Task IgnoringClosedAsync(Func<Task> delay)
    {
        try
        {
            await delay();
        }
        catch (PlaywrightException)
        {
        }
    }
}
