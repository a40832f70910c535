using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Who did what to whose account.</summary>
public sealed class AuditPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    [Fact]
    public async Task A_change_is_found_by_action_user_and_actor_and_shows_before_and_after()
    {
        var user = await app.RegisterAsync();
        await (await app.Admin.Http.PatchAsync($"{Administrators.Users}/{user.Id}", new { subscription_tier = "pro" })).ShouldBeAsync(HttpStatusCode.OK);
        await app.TryLogInAsync(user.Email, "wrong");
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/audit");
        var rows = page.GetByRole(AriaRole.Table, new() { Name = "Events of all accounts" }).Locator("tbody tr");

        await page.GetByLabel("Whose account").FillAsync(user.Email);
        await page.Button("Apply filters").ClickAsync();
        await page.WaitForQueryAsync(user.Id.ToString());
        Assert.DoesNotContain(user.Email, page.Url, StringComparison.Ordinal);
        await Assertions.Expect(rows.Filter(new() { HasText = "login.failed" })).ToHaveCountAsync(1);
        await Assertions.Expect(rows.Filter(new() { HasText = "user.registered" })).ToHaveCountAsync(1);

        await page.GetByLabel("Action", new() { Exact = true }).SelectOptionAsync("User changed by staff");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await page.GetByLabel("Who did it").FillAsync(app.Admin.User.Email);
        await page.GetByLabel("From", new() { Exact = true }).FillAsync("2020-01-01T00:00");
        await page.Button("Apply filters").ClickAsync();
        await page.WaitForQueryAsync("actor=");
        await page.WaitForQueryAsync("from=");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync("You");
        await rows.GetByRole(AriaRole.Button).ClickAsync();
        var change = page.GetByRole(AriaRole.Table, new() { Name = "What changed" }).GetByRole(AriaRole.Row, new() { Name = "subscription_tier" });
        await Assertions.Expect(change).ToContainTextAsync("free");
        await Assertions.Expect(change).ToContainTextAsync("pro");

        await page.ReloadAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await page.Button("Clear filters").ClickAsync();
        await Assertions.Expect(rows.Nth(5)).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
    }
}
