using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>What all users have used together.</summary>
public sealed class AllUsagePageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    [Fact]
    public async Task Usage_is_grouped_by_user_and_downloaded()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        await visitor.HideFileDialogAsync();
        var page = await visitor.OpenAsync("/admin/usage");
        await page.ShouldSayAsync("240");

        await page.GetByLabel("Group by").SelectOptionAsync("User");
        await page.WaitForQueryAsync("group_by=user");
        var row = page.GetByRole(AriaRole.Table, new() { Name = "Usage by user" }).Locator("tbody tr");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await Assertions.Expect(row).ToContainTextAsync("240");
        await page.ShouldSayAsync("Grouped by user, the report shows the 100 users with the most requests");

        var (name, text) = await page.DownloadAsync(page.Button("Download report (CSV)"));
        Assert.Matches(@"^usage-\d{4}-\d\d-\d\d\.csv$", name);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("requests", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains(app.Ada.Id.ToString(), StringComparison.Ordinal));

        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync(app.Ada.Email);
    }

    [Fact]
    public async Task A_report_streams_to_the_file_that_was_chosen()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        await visitor.ChooseFilesAsync();
        var page = await visitor.OpenAsync("/admin/usage?group_by=tier&period=7d");
        await page.Button("Download report (CSV)").ClickAsync();
        await page.ShouldSayAsync("Download complete");

        var files = await page.EvaluateAsync<string[]>(
            "async () => { const names = []; for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name); return names; }");
        Assert.Contains(",pro,", await page.ReadChosenFileAsync(Assert.Single(files)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_breaks_off_says_so_and_works_again()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        await visitor.HideFileDialogAsync();
        var page = await visitor.OpenAsync("/admin/usage");
        await page.ShouldSayAsync("240");
        await app.CutLineAsync();
        await page.Button("Download report (CSV)").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The server can’t be reached.");
        app.RestoreLine();

        var (_, text) = await page.DownloadAsync(page.Button("Download report (CSV)"));
        Assert.NotEmpty(text);
    }
}
