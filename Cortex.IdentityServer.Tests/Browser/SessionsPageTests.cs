using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of sessions: where the account is logged in.</summary>
public sealed class SessionsPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    [Fact]
    public async Task This_session_comes_first_and_another_one_is_ended()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await LogInElsewhereAsync(user, Firefox);
        await LogInElsewhereAsync(user, "curl/8.14.1");
        var page = await visitor.OpenAsync("/account/sessions");
        var rows = page.GetByRole(AriaRole.Table).Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await rows.First.ShouldSayAsync("This session");
        await rows.First.ShouldSayAsync("Chrome");
        await Assertions.Expect(rows.First.Locator("time").First).ToHaveAttributeAsync(
            "title", new System.Text.RegularExpressions.Regex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"));
        await page.Row("Firefox on Linux").ShouldSayAsync("127.0.0.1");

        await page.Row("Firefox on Linux").GetByRole(AriaRole.Button).ClickAsync();
        await page.Modal("End this session?").ShouldSayAsync("Firefox on Linux (127.0.0.1) will be logged out at once.");
        await page.Modal("End this session?").Button("End session").ClickAsync();

        await Assertions.Expect(rows).ToHaveCountAsync(2);
        await Assertions.Expect(page.Heading("Sessions")).ToBeFocusedAsync();
        await page.GetByText("The session has ended.").First.ShouldBeAttachedAsync();
        Assert.Equal(2L, await CountSessionsAsync(user));
    }

    [Fact]
    public async Task All_others_are_ended_and_this_one_stays_also_after_a_dead_server()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        await LogInElsewhereAsync(user, Firefox);
        var page = await visitor.OpenAsync("/account/sessions");
        await page.Button("End all other sessions").ClickAsync();
        var question = page.Modal("End all other sessions");

        await app.CutLineAsync();
        await question.Button("End all other sessions").ClickAsync();
        await question.GetByRole(AriaRole.Alert).ShouldSayAsync("The server can’t be reached.");
        app.RestoreLine();
        await LogInElsewhereAsync(user, "curl/8.14.1");
        await question.Button("End all other sessions").ClickAsync();

        await question.ShouldBeGoneAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table).Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Button("End all other sessions").ShouldBeGoneAsync();
        Assert.Equal(1L, await CountSessionsAsync(user));
        await page.ReloadAsync();
        await page.GetByText("This session").ShouldBeVisibleAsync();
    }

    private async Task LogInElsewhereAsync(TestUser user, string userAgent) =>
        await (await app.PostFromBrowserAsync(BrowserSteps.LogIn, BrowserSteps.LoginBody(user), ("User-Agent", userAgent)))
            .ShouldBeAsync(System.Net.HttpStatusCode.OK);

    private Task<object?> CountSessionsAsync(TestUser user) =>
        app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL", user.Id);
}
