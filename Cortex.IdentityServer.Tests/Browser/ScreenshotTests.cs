using Cortex.IdentityServer.Tests.Contract;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>
/// Takes the pictures of docs/console.md when UPDATE_SCREENSHOTS is 1, and pictures of every page in both themes and three widths, to be looked through, into
/// the folder that ALL_SCREENSHOTS names.
/// </summary>
public sealed class ScreenshotTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private static readonly int[] Widths = [320, 768, 1280];

    [Fact]
    public async Task Pictures_of_the_documentation_are_taken()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1", "UPDATE_SCREENSHOTS is not 1");
        var folder = Path.Combine(Document.Repository, "docs", "images");
        Directory.CreateDirectory(folder);
        await using (var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, width: 1000, height: 640))
        {
            await TakeAsync(visitor, "/login", Path.Combine(folder, "login.png"));
            await visitor.LogInQuietlyAsync(app.Ada);
            foreach (var (path, name) in new[] { ("/", "overview"), ("/keys", "keys"), ("/usage", "usage"), ("/account/security", "security") })
            {
                await TakeAsync(visitor, path, Path.Combine(folder, name + ".png"));
            }
        }

        await using (var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, theme: ColorScheme.Dark, width: 1000, height: 640))
        {
            await visitor.LogInQuietlyAsync(app.Admin.User, app.NextCode(app.Admin));
            foreach (var (path, name) in new[] { ("/admin", "statistics"), ("/admin/users", "users"), ($"/admin/users/{app.Ada.Id}", "user") })
            {
                await TakeAsync(visitor, path, Path.Combine(folder, name + ".png"));
            }
        }
    }

    [Fact]
    public async Task Pictures_of_every_page_are_taken()
    {
        var folder = Environment.GetEnvironmentVariable("ALL_SCREENSHOTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "ALL_SCREENSHOTS names no folder");
        Directory.CreateDirectory(folder);
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            foreach (var width in Widths)
            {
                string Name(string path)
                {
                    var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Guid.TryParse(part, out _) ? "one" : part);
                    return Path.Combine(folder, $"{string.Join('-', parts)}_{width}_{theme}.png".ToLowerInvariant());
                }

                await using (var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, theme: theme, width: width, height: 900))
                {
                    await TakeAllAsync(visitor, Pages.BeforeLogin, Name);
                    await visitor.LogInQuietlyAsync(app.Ada);
                    await TakeAllAsync(visitor, Pages.OfUsers, Name);
                }

                await using (var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, theme: theme, width: width, height: 900))
                {
                    await visitor.LogInQuietlyAsync(app.Admin.User, app.NextCode(app.Admin));
                    await TakeAllAsync(visitor, Pages.OfStaff(app), Name);
                }
            }
        }
    }

    private static async Task TakeAllAsync(Visitor visitor, IEnumerable<string> paths, Func<string, string> name)
    {
        foreach (var path in paths)
        {
            await TakeAsync(visitor, path, name(path), isFullPage: true);
        }
    }

    private static async Task TakeAsync(Visitor visitor, string path, string file, bool isFullPage = false)
    {
        var page = await visitor.OpenAsync(path);
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.ScreenshotAsync(new() { Path = file, FullPage = isFullPage, Animations = ScreenshotAnimations.Disabled });
        await page.CloseAsync();
    }
}
