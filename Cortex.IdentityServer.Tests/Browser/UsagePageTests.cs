using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of usage: a report over time, and the single requests.</summary>
public sealed class UsagePageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const int Errors = 15;

    [Fact]
    public async Task The_report_is_grouped_shown_as_a_table_and_moved_to_another_zone_and_the_back_button_works()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/usage");
        var report = page.Card("Usage over time");
        await report.ShouldSayAsync("the time zone Europe/Berlin");
        await report.GetByRole(AriaRole.Img, new() { Name = "Chart: Requests. The same values are available as a table." }).ShouldBeVisibleAsync();
        await page.Card("Quota").ShouldSayAsync("of 100,000 used");

        await report.Field("Group by").SelectOptionAsync("Provider");
        await page.WaitForQueryAsync("group_by=provider");
        var table = report.GetByRole(AriaRole.Table, new() { Name = "Usage by provider" });
        await table.ShouldSayAsync("anthropic");
        await table.ShouldSayAsync("openai");
        await report.Button("Show as table").ClickAsync();
        await report.GetByRole(AriaRole.Table, new() { Name = "Requests by provider" }).ShouldSayAsync("anthropic");
        await report.Field("Time zone").SelectOptionAsync("America/New_York");
        await page.WaitForQueryAsync("tz=America");
        await report.ShouldSayAsync("the time zone America/New_York");
        await report.Field("Period").SelectOptionAsync("Last 24 hours");
        await Assertions.Expect(report.Field("Interval")).ToHaveValueAsync("hour");

        await page.GoBackAsync();
        await Assertions.Expect(report.Field("Period")).ToHaveValueAsync("30d");
        await page.GoBackAsync();
        await report.ShouldSayAsync("the time zone Europe/Berlin");
        await page.GoBackAsync();
        await Assertions.Expect(report.Field("Group by")).ToHaveValueAsync("");
        await report.GetByRole(AriaRole.Table, new() { Name = "Usage by time" }).ShouldBeVisibleAsync();
    }

    [Fact]
    public async Task The_report_is_downloaded_as_CSV_with_the_numbers_of_the_page()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/usage?group_by=endpoint");
        await page.Card("Usage over time").Locator("dd").First.ShouldSayAsync("240");

        var (name, text) = await page.DownloadAsync(page.Button("Download report (CSV)"));

        Assert.Matches(@"^usage-\d{4}-\d\d-\d\d\.csv$", name);
        var lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var requests = Array.IndexOf(lines[0].Split(','), "requests");
        Assert.Equal(240, lines.Skip(1).Sum(line => int.Parse(line.Split(',')[requests], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains(lines, line => line.Contains("/embed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_are_filtered_paged_and_downloaded()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/usage");
        var rows = page.GetByRole(AriaRole.Table, new() { Name = "Requests", Exact = true }).Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(25);
        var first = await rows.First.InnerTextAsync();
        await page.Button("Next page").ClickAsync();
        await page.WaitForQueryAsync("cursor=");
        await Assertions.Expect(rows.First).Not.ToHaveTextAsync(first);

        // A filter searches from the beginning, not from page two.
        var filter = page.GetByRole(AriaRole.Form, new() { Name = "Filter requests" });
        await filter.Field("Status").SelectOptionAsync("Errors only");
        await filter.Button("Apply filters").ClickAsync();
        await page.WaitForQueryAsync("status=error");
        await Assertions.Expect(rows).ToHaveCountAsync(Errors);
        Assert.DoesNotContain("cursor", page.Url, StringComparison.Ordinal);
        await rows.First.ShouldSayAsync("502");
        await rows.First.ShouldSayAsync("The provider didn't answer.");
        var time = rows.First.Locator("time");
        await Assertions.Expect(time).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"));
        await time.ShouldSayAsync("GMT+");

        var (_, text) = await page.DownloadAsync(page.Button("Download requests (CSV)"));
        Assert.Equal(Errors + 1, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(",200,", text, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(Errors);
        await page.GoBackAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(25);
        await page.Button("First page").ClickAsync();
        await Assertions.Expect(page.Button("First page")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task The_usage_of_one_key_is_a_click_away_from_the_list_of_keys()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");

        await page.Link("Usage: production").ClickAsync();

        await page.GetByText("Only the key production.").ShouldBeVisibleAsync();
        await page.Card("Usage over time").Locator("dd").First.ShouldSayAsync("240");
        await page.Link("Show all keys").ClickAsync();
        await page.GetByText("Only the key production.").ShouldBeGoneAsync();
    }

    [Fact]
    public async Task A_download_of_a_dead_server_says_so_and_works_later()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/usage");
        var button = page.Button("Download requests (CSV)");
        await button.ShouldBeVisibleAsync();

        await app.CutLineAsync();
        await button.ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync("The server can’t be reached.");
        app.RestoreLine();

        Assert.NotEqual("", (await page.DownloadAsync(button)).Text);
    }

    [Fact]
    public async Task A_download_streams_into_the_file_that_its_owner_chooses()
    {
        await using var visitor = await ArriveAsync(choosesFiles: true);
        var page = await visitor.OpenAsync("/usage");

        await page.Button("Download requests (CSV)").ClickAsync();
        await page.Button("Download requests (CSV)").ShouldBeVisibleAsync();

        var text = "";
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the file is complete", async () =>
            (text = await page.EvaluateAsync<string>("window.chosen ? chosen.getFile().then(file => file.text()) : ''")) != "");
        Assert.Equal(241, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>Logs Ada in. Nobody can answer the browser's own question where to save a file, so it has none, or one that answers itself.</summary>
    private async Task<Visitor> ArriveAsync(bool choosesFiles = false)
    {
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(app.Ada);
        await visitor.Context.AddInitScriptAsync(choosesFiles
            ? "window.showSaveFilePicker = async () => window.chosen = await (await navigator.storage.getDirectory()).getFileHandle('chosen', { create: true })"
            : "delete window.showSaveFilePicker");
        return visitor;
    }
}
