using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The console is used without a mouse.</summary>
public sealed class FocusTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const int MostKeys = 60;

    private static readonly (string Link, string Path)[] Navigation =
    [
        ("API keys", "/keys"), ("Usage", "/usage"), ("Billing", "/billing"), ("Activity", "/activity"), ("Account", "/account"),
        ("Security", "/account/security"), ("Sessions", "/account/sessions"), ("Statistics", "/admin"), ("Users", "/admin/users"),
        ("Import and export", "/admin/import"), ("Audit log", "/admin/audit"), ("Usage of all users", "/admin/usage"),
        ("Billing events", "/admin/billing-events"), ("Reconciliation", "/admin/reconciliation"), ("Overview", "/"),
    ];

    [Fact]
    public async Task The_navigation_works_by_keyboard_and_each_page_begins_at_its_heading()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/");

        foreach (var (name, path) in Navigation)
        {
            await Assertions.Expect(page.Heading()).ToBeFocusedAsync();
            await GoToAsync(page, page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = name, Exact = true }), "Shift+Tab");
            await page.Keyboard.PressAsync("Enter");
            await page.WaitForPathAsync(path);
        }
    }

    [Fact]
    public async Task The_first_stop_skips_the_navigation()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/account");
        var skip = page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" });
        await Assertions.Expect(page.Locator("a, button, input, select, [tabindex]").First).ToHaveTextAsync("Skip to content");

        await GoToAsync(page, skip, "Shift+Tab");
        Assert.True((await skip.BoundingBoxAsync())!.Width > 20, "the link isn't in view");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("main")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.EvaluateAsync<bool>("document.querySelector('main').contains(document.activeElement)"));
    }

    [Fact]
    public async Task A_dialog_works_by_keyboard_and_gives_the_focus_back()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(await app.RegisterAsync());
        var page = await visitor.OpenAsync("/keys");
        var opener = page.Button("Create API key").First;
        await GoToAsync(page, opener, "Tab");
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        for (var key = 0; key < MostKeys / 2; key++)
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.True(await dialog.EvaluateAsync<bool>("dialog => dialog.contains(document.activeElement)"), "the focus left the dialog");
        }

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(opener).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("by keyboard");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(dialog).ToContainTextAsync("Save this key now.");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await GoToAsync(page, page.Button("I have saved it"), "Tab");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "by keyboard" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("body")).Not.ToBeFocusedAsync();
    }

    /// <summary>Presses a key until an element has the focus.</summary>
    private static async Task GoToAsync(IPage page, ILocator target, string key)
    {
        for (var pressed = 0; pressed < MostKeys; pressed++)
        {
            await page.Keyboard.PressAsync(key);
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"{MostKeys} times {key} didn't lead to {await target.TextContentAsync()}");
    }
}
