using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of what happened to the account.</summary>
public sealed class ActivityPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const int PageSize = 50;

    [Fact]
    public async Task Events_are_told_in_words_and_page_by_page()
    {
        var user = await app.RegisterAsync();

        // Events at the same moment have no order.
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        using var http = app.WithToken((await app.LogInAsync(user)).AccessToken);
        for (var number = 1; number <= PageSize; number++)
        {
            await CortexApp.GenerateKeyAsync(http);
        }

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.TryLogInAsync(user.Email, "a wrong password");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/activity");
        var rows = page.GetByRole(AriaRole.Table).Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(PageSize);
        await rows.First.ShouldSayAsync("You logged in.");
        await page.Row("Somebody entered a wrong password.").ShouldSayAsync("Failure");
        await page.Row("You created the API key “test”.").First.ShouldSayAsync("127.0.0.1");
        await Assertions.Expect(rows.First.Locator("time")).ToHaveAttributeAsync(
            "title", new System.Text.RegularExpressions.Regex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"));

        var requests = 0;
        page.Request += (_, request) => requests += request.Url.Contains("/api/", StringComparison.Ordinal) ? 1 : 0;
        await page.Button("Next page").ClickAsync();
        await page.WaitForQueryAsync("cursor=");
        await page.Row("You created your account.").ShouldBeVisibleAsync();
        await Assertions.Expect(page.Button("Next page")).ToBeDisabledAsync();
        Assert.Equal(1, requests);
        await page.ReloadAsync();
        await page.Row("You created your account.").ShouldBeVisibleAsync();
        await page.GoBackAsync();
        await rows.First.ShouldSayAsync("You logged in.");
    }
}
