using System.Globalization;
using Cortex.IdentityServer.Tests.Admin;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>How many accounts there are, and what happened lately.</summary>
public sealed class StatisticsPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    [Fact]
    public async Task Figures_are_the_servers_and_charts_can_be_read_as_tables()
    {
        await StatisticsSteps.FoldAsync(app);
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var expected = await app.Admin.Http.StatisticsAsync("?days=30");
        var page = await visitor.OpenAsync("/admin");

        await Assertions.Expect(page.GetByRole(AriaRole.Definition).First)
            .ToHaveTextAsync(expected.Number("users").ToString("N0", CultureInfo.InvariantCulture));
        var chart = page.GetByRole(AriaRole.Figure).Filter(new() { HasText = "Logins" });
        var drawing = chart.GetByRole(AriaRole.Img, new() { Name = "Chart: Logins." });
        await Assertions.Expect(drawing.Locator("svg")).ToBeVisibleAsync();

        await chart.GetByRole(AriaRole.Button, new() { Name = "Show as table" }).ClickAsync();
        var rows = chart.Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(30);
        var today = expected.GetProperty("days").EnumerateArray().Last();
        await Assertions.Expect(rows.Last).ToContainTextAsync(today.Number("logins").ToString("N0", CultureInfo.InvariantCulture));
        await chart.GetByRole(AriaRole.Button, new() { Name = "Show as chart" }).ClickAsync();
        await Assertions.Expect(drawing).ToBeVisibleAsync();

        await page.GetByLabel("Period").SelectOptionAsync("Last 7 days");
        await page.WaitForEndOfAddressAsync("?days=7");
        await chart.GetByRole(AriaRole.Button, new() { Name = "Show as table" }).ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(7);

        await page.GetByRole(AriaRole.Link, new() { Name = "pro", Exact = true }).ClickAsync();
        await page.WaitForEndOfAddressAsync("/admin/users?tier=pro");
        await page.ShouldSayAsync(app.Ada.Email);
    }
}
