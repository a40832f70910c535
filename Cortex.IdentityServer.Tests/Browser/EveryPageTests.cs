using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>What holds on every page: it is accessible in both themes, fits a narrow phone, requests nothing twice, and speaks both languages.</summary>
public sealed class EveryPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const int NarrowPhone = 320;

    [Fact]
    public async Task Pages_before_the_login_are_accessible_on_a_phone()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, width: NarrowPhone);
        await CheckAsync(visitor, Pages.BeforeLogin);
    }

    [Fact]
    public async Task Pages_of_users_are_accessible_on_a_phone()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, width: NarrowPhone);
        await visitor.LogInQuietlyAsync(app.Ada);
        await CheckAsync(visitor, Pages.OfUsers);
    }

    [Fact]
    public async Task Pages_of_staff_are_accessible_on_a_phone()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, width: NarrowPhone);
        await visitor.LogInQuietlyAsync(app.Admin.User, app.NextCode(app.Admin));
        await CheckAsync(visitor, Pages.OfStaff(app));
    }

    [Fact]
    public async Task Pages_speak_German_to_a_German_browser()
    {
        await using var english = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await using var german = await Visitor.ArriveAsync(browser, app.PublicUrl, locale: "de-DE");
        await english.LogInQuietlyAsync(app.Admin.User, app.NextCode(app.Admin));
        await german.LogInQuietlyAsync(app.Admin.User, app.NextCode(app.Admin));

        foreach (var path in Pages.OfUsers.Concat(Pages.OfStaff(app)))
        {
            var page = await german.OpenAsync(path);
            var page2 = await english.OpenAsync(path);

            Assert.Equal("de", await page.EvaluateAsync<string>("document.documentElement.lang"));
            Assert.NotEqual(await page2.TitleAsync(), await page.TitleAsync());
            await page.CloseAsync();
            await page2.CloseAsync();
        }
    }

    private static async Task CheckAsync(Visitor visitor, IEnumerable<string> paths)
    {
        var requests = new ConcurrentQueue<string>();
        visitor.Context.Request += (_, request) => requests.Enqueue($"{request.Method} {request.Url}");
        foreach (var path in paths)
        {
            requests.Clear();
            var page = await visitor.OpenAsync(path);
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);

            Assert.Equal(requests.Distinct(), requests);
            Assert.Equal(path, new Uri(page.Url).PathAndQuery);
            Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= NarrowPhone, $"{path} scrolls sideways");
            await page.ShouldBeAccessibleAsync(path);
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await page.ShouldBeAccessibleAsync(path + " in the dark theme");
            await page.CloseAsync();
        }
    }
}
