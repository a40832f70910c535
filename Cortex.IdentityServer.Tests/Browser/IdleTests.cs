using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Staff who leave their desk are logged out. The browser's clock is moved, not waited for.</summary>
public sealed class IdleTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const string WhyText = "You were logged out because you were inactive for 30 minutes.";

    [Fact]
    public async Task Staff_who_are_idle_for_half_an_hour_are_logged_out_in_all_tabs()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.Context.Clock.InstallAsync();
        await visitor.LogInQuietlyAsync(app.Admin.User, app.NextCode(app.Admin));
        var tabs = new[] { await visitor.OpenAsync("/admin/users"), await visitor.OpenAsync("/account") };

        // Activity in one tab counts for both.
        await visitor.Context.Clock.FastForwardAsync("29:00");
        await tabs[0].Keyboard.PressAsync("Shift");
        await visitor.Context.Clock.FastForwardAsync("29:00");
        await Assertions.Expect(tabs[0].Heading()).ToHaveTextAsync("Users");
        await Assertions.Expect(tabs[1].Heading()).ToHaveTextAsync("Account");

        await visitor.Context.Clock.FastForwardAsync("02:00");

        foreach (var tab in tabs)
        {
            await tab.WaitForPathAsync("/login");
            await tab.ShouldSayAsync(WhyText);
            Assert.DoesNotContain(app.Admin.User.Email, await tab.ContentAsync(), StringComparison.Ordinal);
        }

        // The sessions of the fixture's own clients stay.
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NOT NULL", app.Admin.User.Id));
    }

    [Fact]
    public async Task A_computer_that_slept_shows_staff_nothing_when_it_wakes()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.Context.Clock.InstallAsync();
        await visitor.LogInQuietlyAsync(app.Support.User, app.NextCode(app.Support));
        var page = await visitor.OpenAsync("/account");
        await page.CloseAsync();
        await visitor.Context.Clock.FastForwardAsync("31:00");

        var next = await visitor.OpenAsync("/admin/users");

        await next.WaitForPathAsync("/login");
        await next.ShouldSayAsync(WhyText);
    }

    [Fact]
    public async Task Users_without_a_role_stay_logged_in()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.Context.Clock.InstallAsync();
        await visitor.LogInQuietlyAsync(app.Ada);
        var page = await visitor.OpenAsync("/account");

        await visitor.Context.Clock.FastForwardAsync("10:00:00");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sessions" }).ClickAsync();

        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Sessions");
        await page.ShouldSayAsync("This session");
    }
}
