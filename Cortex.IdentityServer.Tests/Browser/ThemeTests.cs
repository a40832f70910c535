using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Theme and language are kept in the browser, and a page never flashes in the wrong theme.</summary>
public sealed class ThemeTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    /// <summary>Notes the theme at the moment when the page's body, which is all that can be painted, appears.</summary>
    private const string NoteTheme =
        """
        new MutationObserver((_, observer) => {
          if (document.body) {
            observer.disconnect();
            globalThis.themeAtFirst = document.documentElement.dataset.theme;
          }
        }).observe(document, { childList: true, subtree: true });
        """;

    [Theory]
    [InlineData("/login")]
    [InlineData("/account")]
    public async Task The_chosen_theme_is_there_before_anything_is_painted(string path)
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(await app.RegisterAsync());
        await visitor.Context.AddInitScriptAsync(NoteTheme);
        var start = await visitor.OpenAsync("/account");
        Assert.Equal("light", await ThemeAsync(start));
        await start.GetByLabel("Theme").SelectOptionAsync("Dark");
        Assert.Equal("dark", await ThemeAsync(start));
        if (path == "/login")
        {
            await start.Button("Log out").ClickAsync();
            await start.WaitForPathAsync(path);
        }

        await start.ReloadAsync();
        await start.Heading().WaitForAsync();

        Assert.Equal(path, new Uri(start.Url).AbsolutePath);
        Assert.Equal("dark", await start.EvaluateAsync<string>("themeAtFirst"));
        Assert.Equal("dark", await ThemeAsync(start));
        Assert.True(await start.EvaluateAsync<bool>(
            "(script => !script.async && !script.defer && script.type !== 'module')(document.querySelector('head > script'))"));
        await Assertions.Expect(start.GetByLabel("Theme").Locator("option:checked")).ToHaveTextAsync("Dark");
        Assert.Equal("dark", await start.EvaluateAsync<string>("getComputedStyle(document.documentElement).colorScheme"));
    }

    [Fact]
    public async Task The_systems_theme_applies_until_one_is_chosen_and_again_when_it_is_given_back()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, theme: ColorScheme.Dark);
        var page = await visitor.OpenAsync("/login");
        Assert.Equal("dark", await ThemeAsync(page));

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await page.GetByLabel("Theme").SelectOptionAsync("Dark");
        await page.GetByLabel("Theme").SelectOptionAsync("System");
        Assert.Equal("light", await ThemeAsync(page));
    }

    [Fact]
    public async Task The_chosen_language_stays()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await page.GetByLabel("Language").SelectOptionAsync("Deutsch");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "de");

        await page.ReloadAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Anmelden");
        await page.GotoAsync("/register");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "de");
        await page.GetByLabel("Sprache").SelectOptionAsync("English");
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Create an account");
    }

    private static Task<string> ThemeAsync(IPage page) => page.EvaluateAsync<string>("document.documentElement.dataset.theme");
}
