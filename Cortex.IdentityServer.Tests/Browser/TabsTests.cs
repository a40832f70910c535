using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Several tabs of one browser share a session without disturbing each other.</summary>
public sealed class TabsTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const int Refreshes = 100;

    /// <summary>Reloading a tab spends the refresh cookie. Two tabs that do it at the same moment race for it.</summary>
    [Fact]
    public async Task Two_tabs_that_refresh_at_the_same_time_a_hundred_times_stay_logged_in()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var tabs = new[] { await visitor.OpenAsync("/account/sessions"), await visitor.OpenAsync("/account/sessions") };
        var refreshes = 0;
        visitor.Context.Response += (_, response) => refreshes += response.Url.Contains("/auth/refresh", StringComparison.Ordinal) && response.Ok ? 1 : 0;

        for (var round = 0; round < Refreshes / 2; round++)
        {
            await Task.WhenAll(tabs.Select(tab => tab.ReloadAsync()));
            await Task.WhenAll(tabs.Select(tab => tab.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync()));
        }

        Assert.InRange(refreshes, Refreshes / 2, int.MaxValue);
        Assert.All(tabs, tab => Assert.Equal("/account/sessions", new Uri(tab.Url).AbsolutePath));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL", user.Id));
    }

    [Fact]
    public async Task Logging_out_in_one_tab_ends_the_other_within_a_second()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var first = await visitor.LogInAsync(user, "/account");
        var second = await visitor.OpenAsync("/account/sessions");
        await second.GetByRole(AriaRole.Link, new() { Name = "Activity" }).ClickAsync();
        await second.WaitForPathAsync("/activity");

        await first.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await first.WaitForPathAsync("/login");

        await second.WaitForPathAsync("/login", milliseconds: 1000);
        await second.Heading("Log in").ShouldBeVisibleAsync(); // The address changes before the page does.
        Assert.DoesNotContain(user.Email, await second.ContentAsync(), StringComparison.Ordinal);
        await second.EvaluateAsync("history.back()");
        await second.WaitForPathAsync("/login");
        await second.Heading("Log in").ShouldBeVisibleAsync();
        Assert.DoesNotContain(user.Email, await second.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logging_in_as_somebody_else_replaces_what_the_other_tab_shows()
    {
        var (ada, bob) = (await app.RegisterAsync(), await app.RegisterAsync());
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var first = await visitor.LogInAsync(ada, "/account");
        var second = await visitor.OpenAsync("/account");
        await Assertions.Expect(second.GetByText(ada.Email).First).ToBeVisibleAsync();
        await first.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await first.WaitForPathAsync("/login");

        await first.GetByLabel("Email", new() { Exact = true }).FillAsync(bob.Email);
        await first.GetByLabel("Password", new() { Exact = true }).FillAsync(bob.Password);
        await first.GetByRole(AriaRole.Button, new() { Name = "Log in", Exact = true }).ClickAsync();
        await Assertions.Expect(first.GetByText(bob.Email).First).ToBeVisibleAsync();

        await Assertions.Expect(second.GetByText(bob.Email).First).ToBeVisibleAsync();
        Assert.DoesNotContain(ada.Email, await second.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_was_ended_elsewhere_leads_to_the_login_and_back()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.LogInAsync(user, "/account");
        await page.Button("Change email").ShouldBeVisibleAsync(); // The page has its data, so its next request is that of the click.
        using var elsewhere = app.WithToken((await app.LogInAsync(user)).AccessToken);
        await elsewhere.PostNothingAsync("/api/v1/auth/logout/all");

        await page.GetByRole(AriaRole.Link, new() { Name = "Sessions" }).ClickAsync();
        await page.WaitForPathAsync("/login");
        await page.GetByLabel("Email", new() { Exact = true }).FillAsync(user.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in", Exact = true }).ClickAsync();

        await page.WaitForPathAsync("/account/sessions");
    }

    /// <summary>Browsers without a window keep no pages for the back button, so the test tells the page that it was kept.</summary>
    [Fact]
    public async Task A_page_that_the_browser_kept_for_the_back_button_looks_again_whether_there_is_a_session()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.LogInAsync(user, "/account");
        using var elsewhere = app.WithToken((await app.LogInAsync(user)).AccessToken);
        await elsewhere.PostNothingAsync("/api/v1/auth/logout/all");

        await page.EvaluateAsync("() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); }");

        await page.WaitForPathAsync("/login");
        await page.Heading("Log in").ShouldBeVisibleAsync();
        Assert.DoesNotContain(user.Email, await page.ContentAsync(), StringComparison.Ordinal);
    }
}
