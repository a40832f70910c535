using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Cortex.IdentityServer.Tests.Browser.ConsoleBrowser))]

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>One real Chromium for all tests of the console. It starts with the first test that needs it.</summary>
public sealed class ConsoleBrowser : IAsyncDisposable
{
    /// <summary>How many milliseconds a page may take to show something on a busy machine. Playwright's own five seconds are too few for that.</summary>
    private const float SlowestAnswer = 20_000;

    /// <summary>Chromium without its window, which starts and opens pages faster; otherwise the whole program.</summary>
    private static readonly string? Binary = File.Exists("/usr/bin/chromium-headless-shell") ? "/usr/bin/chromium-headless-shell" : Chromium.Binary;

    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser; skips the test where Chromium isn't installed or the console isn't built, except in CI, which has both.</summary>
    internal async Task<IBrowser> GetAsync()
    {
        var isCi = Environment.GetEnvironmentVariable("CI") == "true";
        Assert.SkipUnless(Binary is not null || isCi, "chromium is not installed");
        Assert.SkipUnless(Directory.Exists(ConsoleApp.BuiltConsole) || isCi, "the web console is not built");
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            Assertions.SetDefaultExpectTimeout(SlowestAnswer);
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Binary,

                // Chromium refuses to run as root with its sandbox. It opens nothing but the server under test.
                Args =
                [
                    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
                    $"--host-resolver-rules=MAP {PlainHttpApp.Name} 127.0.0.1",
                ],
            });
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }
}
