using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The script of a page can't be loaded, because the server can't be reached or a deployment has replaced the script.</summary>
public sealed class LostScriptTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const string Explanation = "The page couldn’t be loaded from the server. Check your connection and try again.";

    [Fact]
    public async Task A_page_that_is_first_opened_without_the_server_can_be_retried()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");
        try
        {
            await app.CutLineAsync();
            await page.Link("Sessions").ClickAsync();
            await page.Heading("This page can’t be shown").ShouldBeVisibleAsync();
            await page.GetByRole(AriaRole.Alert).ShouldSayAsync(Explanation);
            await page.Button("Try again").ClickAsync();
            await page.GetByRole(AriaRole.Alert).ShouldSayAsync(Explanation);
        }
        finally
        {
            app.RestoreLine();
        }

        await page.Button("Try again").ClickAsync();
        await page.Heading("Sessions").ShouldBeVisibleAsync();
    }

    [Fact]
    public async Task Pointing_at_a_link_after_a_deployment_loses_nothing_and_following_it_loads_the_new_page()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");
        var loads = CountLoads(page);
        var refused = await LoseScriptAsync(page, () => loads() == 0);
        await page.Button("Create API key").First.ClickAsync();
        await page.Field("Name").FillAsync("half");
        await page.Link("Sessions").DispatchEventAsync("mouseenter");
        await page.Link("Sessions").DispatchEventAsync("mouseover");
        await refused;
        await page.Field("Name").ShouldHoldAsync("half");
        await page.Keyboard.PressAsync("Escape");

        await page.Link("Sessions").ClickAsync();

        await page.Heading("Sessions").ShouldBeVisibleAsync();
        Assert.Equal(1, loads());
    }

    [Fact]
    public async Task A_script_that_is_still_missing_after_loading_the_page_anew_is_an_error()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");
        var loads = CountLoads(page);
        await LoseScriptAsync(page, () => true);

        await page.Link("Sessions").ClickAsync();

        await page.GetByRole(AriaRole.Alert).ShouldSayAsync(Explanation);
        Assert.Equal(1, loads());
    }

    private static Func<int> CountLoads(IPage page)
    {
        var count = 0;
        page.Request += (_, request) => count += request.IsNavigationRequest ? 1 : 0;
        return () => count;
    }

    /// <summary>Answers requests for the script of the sessions page with 404 while it is lost. The inner task ends with the first of them.</summary>
    private static async Task<Task> LoseScriptAsync(IPage page, Func<bool> isLost)
    {
        var refused = new TaskCompletionSource();
        await page.RouteAsync("**/assets/SessionsPage-*.js", async route =>
        {
            if (isLost())
            {
                await route.FulfillAsync(new() { Status = 404 });
                refused.TrySetResult();
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        return refused.Task;
    }

    private async Task<Visitor> ArriveAsync()
    {
        var user = await app.RegisterAsync();
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        return visitor;
    }
}
