using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>What Polar sent, and what to do about events that belong to nobody.</summary>
public sealed class BillingEventsPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TooOld = TimeSpan.FromMinutes(11);

    [Fact]
    public async Task Events_are_filtered_read_and_processed_again()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/billing-events");
        var rows = page.GetByRole(AriaRole.Table, new() { Name = "Billing events, newest first" }).Locator("tbody tr");

        await page.GetByLabel("State").SelectOptionAsync("Processed");
        await page.WaitForEndOfAddressAsync("?state=processed");
        await page.GetByLabel("User", new() { Exact = true }).FillAsync("nobody@example.com");
        await page.Button("Apply filters").ClickAsync();
        await page.ShouldSayAsync("No user has an email address that starts like this.");
        await page.GetByLabel("User", new() { Exact = true }).FillAsync(app.Ada.Email);
        await page.Button("Apply filters").ClickAsync();
        await page.WaitForQueryAsync(app.Ada.Id.ToString());
        await Assertions.Expect(rows.First).ToContainTextAsync(app.Ada.Email);
        await Assertions.Expect(rows.Filter(new() { HasNotText = "Processed" })).ToHaveCountAsync(0);
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("state=processed$"));
        await page.GoForwardAsync();

        await rows.GetByRole(AriaRole.Link).First.ClickAsync();
        var payload = page.GetByRole(AriaRole.Region, new() { Name = "JSON of the payload" });
        await Assertions.Expect(payload).ToContainTextAsync(app.Ada.Id.ToString());
        var id = new Uri(page.Url).Segments[^1];
        var answer = await page.RunAndWaitForResponseAsync(
            () => page.ConfirmAsync("Process again"), response => response.Url.EndsWith($"{id}/replay", StringComparison.Ordinal));
        Assert.True(answer.Ok);
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.ShouldSayAsync("The event was processed");
        Assert.True((long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = 'billing_event.replayed'"))! > 0);
    }

    [Fact]
    public async Task Assigning_an_event_takes_a_recent_login_and_gives_the_customer_to_the_user()
    {
        var user = await app.RegisterAsync();
        app.Polar.AddCustomer(externalId: null, "someone.else@example.net").Subscribe(PolarStubOptions.Pro.Id);
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        app.Clock.Advance(TooOld);
        var page = await visitor.OpenAsync("/admin/billing-events?state=unmatched");
        await page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Link).First.ClickAsync();
        await page.Button("Assign to a user").ClickAsync();
        var question = page.GetByRole(AriaRole.Dialog, new() { Name = "Whose event is this?" });
        await question.GetByLabel("User").FillAsync("ad");
        await question.GetByRole(AriaRole.Button, new() { Name = "Assign to a user" }).ClickAsync();
        await page.ShouldSayAsync("No user has this email address. Enter the whole address, or the user’s ID.");
        await question.GetByLabel("User").FillAsync(user.Email);
        await question.GetByRole(AriaRole.Button, new() { Name = "Assign to a user" }).ClickAsync();

        var proof = page.GetByRole(AriaRole.Dialog, new() { Name = "Confirm that it’s you" });
        await proof.GetByLabel("Password", new() { Exact = true }).FillAsync(app.Admin.User.Password);
        await proof.GetByLabel("Code").FillAsync(app.NextCode(app.Admin));
        await proof.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.ShouldSayAsync("The event was processed");
        await Poll.UntilAsync(Timeout, "the user's tier is pro", async () =>
            (string)(await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id))! == "pro");
    }
}
