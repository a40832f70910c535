using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Whether Polar knows of all usage.</summary>
public sealed class ReconciliationPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    [Fact]
    public async Task A_difference_is_shown_with_its_numbers_and_filters_are_in_the_address()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/reconciliation");
        var table = page.GetByRole(AriaRole.Table, new() { Name = "Users with usage in the month" });

        // The server sends no usage to Polar here, so all of Ada's is missing there.
        await Assertions.Expect(table.GetByText("Differs")).ToBeVisibleAsync();
        var sums = page.GetByRole(AriaRole.Table, new() { Name = "What is compared" });
        await Assertions.Expect(sums.GetByRole(AriaRole.Row, new() { Name = "Used" }).First).ToBeVisibleAsync();
        await Assertions.Expect(sums).ToContainTextAsync("Missing");

        await page.GetByLabel("Show", new() { Exact = true }).SelectOptionAsync("Only users without differences");
        await page.WaitForEndOfAddressAsync("?drift=false");
        await page.ShouldSayAsync("No user with usage in this month matches the filters.");
        await page.GoBackAsync();
        await Assertions.Expect(table.GetByText("Differs")).ToBeVisibleAsync();

        await page.GetByLabel("User", new() { Exact = true }).FillAsync(app.Ada.Email);
        await page.Button("Apply filters").ClickAsync();
        await page.WaitForQueryAsync(app.Ada.Id.ToString());
        await Assertions.Expect(table).ToContainTextAsync(app.Ada.Email);
    }
}
