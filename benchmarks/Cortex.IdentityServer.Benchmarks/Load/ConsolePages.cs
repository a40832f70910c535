using Microsoft.Playwright;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Opens the console's pages in Chromium, and measures what people notice: the largest contentful paint and the slowest interaction in milliseconds, and the
/// layout shift. Each page is loaded anew, as from an address that was typed; the scripts are cached after the first.
/// </summary>
internal static class ConsolePages
{
    /// <summary>Adds up the browser's own observations (https://web.dev/articles/vitals).</summary>
    private const string Observe = """
        globalThis.vitals = { paint: 0, interaction: 0, shift: 0 };
        const observe = (type, note, options) => new PerformanceObserver(list => list.getEntries().forEach(note)).observe({ type, buffered: true, ...options });
        observe('largest-contentful-paint', entry => { vitals.paint = entry.startTime; });
        observe('layout-shift', entry => { vitals.shift += entry.hadRecentInput ? 0 : entry.value; });
        observe('event', entry => { vitals.interaction = Math.max(vitals.interaction, entry.interactionId ? entry.duration : 0); }, { durationThreshold: 16 });
        """;

    /// <summary>The browser reports what it has observed after the next frames.</summary>
    private const int SettleMilliseconds = 1_000;

    /// <summary>People hold a button for about as long. Without it, the release would wait for what the press does.</summary>
    private static readonly LocatorClickOptions Press = new() { Delay = 80 };

    private static readonly Dictionary<string, Func<IPage, Task>> Pages = new()
    {
        ["/"] = page => page.GetByRole(AriaRole.Link, new() { Name = "Sessions", Exact = true }).ClickAsync(Press),
        ["/keys"] = async page =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Create API key", Exact = true }).First.ClickAsync(Press);
            await page.GetByLabel("Name", new() { Exact = true }).PressSequentiallyAsync("robots");
        },
        ["/usage"] = page => page.GetByLabel("Group by", new() { Exact = true }).FocusAsync(),
        ["/activity"] = page => page.GetByRole(AriaRole.Link, new() { Name = "Account", Exact = true }).ClickAsync(Press),
        ["/account"] = page => page.GetByRole(AriaRole.Button, new() { Name = "Change email", Exact = true }).ClickAsync(Press),
        ["/account/security"] = page => page.GetByLabel("New password", new() { Exact = true }).PressSequentiallyAsync("a long password"),
    };

    public static async Task RunAsync(IConfiguration arguments)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = arguments.Text("browser"),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"],
        });
        var context = await browser.NewContextAsync(new() { BaseURL = arguments.Text("url"), Locale = "en-US" });
        await context.AddInitScriptAsync(Observe);
        var slowdown = arguments.Number("slowdown");
        var figures = new List<(string Name, double Value)>();

        figures.AddRange(await MeasureAsync(context, "/login", slowdown, async page =>
        {
            await page.GetByLabel("Email", new() { Exact = true }).PressSequentiallyAsync(arguments.Text("email"));
            await page.GetByLabel("Password", new() { Exact = true }).PressSequentiallyAsync(arguments.Text("password"));
            await page.GetByRole(AriaRole.Button, new() { Name = "Log in", Exact = true }).ClickAsync(Press);
            await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));
        }));
        foreach (var (path, use) in Pages)
        {
            figures.AddRange(await MeasureAsync(context, path, slowdown, use));
        }

        Settings.Print([.. figures]);
    }

    private static async Task<(string Name, double Value)[]> MeasureAsync(IBrowserContext context, string path, int slowdown, Func<IPage, Task> use)
    {
        var page = await context.NewPageAsync();
        var devTools = await context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = slowdown });
        await page.GotoAsync(path);
        // Nothing else may run in the page while it loads: asking for an element would take the time of its own scripts.
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.WaitForTimeoutAsync(SettleMilliseconds);
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        var shown = await ReadAsync(page);
        await use(page);
        await page.WaitForTimeoutAsync(SettleMilliseconds);
        var used = await ReadAsync(page);
        await page.CloseAsync();
        return [($"{path} paint", shown["paint"]), ($"{path} interaction", used["interaction"]), ($"{path} shift", used["shift"])];
    }

    private static Task<Dictionary<string, double>> ReadAsync(IPage page) => page.EvaluateAsync<Dictionary<string, double>>("vitals");
}
