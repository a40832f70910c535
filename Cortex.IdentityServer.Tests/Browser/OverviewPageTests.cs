using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The first page after the login.</summary>
public sealed class OverviewPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    [Fact]
    public async Task A_new_user_is_led_through_the_first_steps()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/");
        await page.GetByText($"Welcome, {user.Email}.").ShouldBeVisibleAsync();
        var steps = page.Card("First steps");
        await steps.ShouldSayAsync($"curl -H \"X-API-Key: $KEY\" {app.PublicUrl.GetLeftPart(UriPartial.Authority)}/api/v1/auth/me");
        await page.Link("Create API key").ClickAsync();
        await page.Button("Create API key").ClickAsync();
        await page.Field("Name").FillAsync("first");
        await page.Modal("Create API key").Button("Create API key").ClickAsync();
        var key = (await page.Modal("New API key: first").Locator("code").First.InnerTextAsync()).Trim();
        await page.Button("I have saved it").ClickAsync();

        await page.Link("Overview").ClickAsync();
        await steps.ShouldSayAsync("You have an API key.");
        await (await app.WithKey(key).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the use of the key is recorded", async () =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(10));
            return await app.SqlAsync("SELECT last_used_at FROM api_keys WHERE user_id = $1", user.Id) is DateTime;
        });
        await page.ReloadAsync();
        await page.Card("API keys").ShouldSayAsync("You have 1 working key. None of them needs your attention.");
    }

    [Fact]
    public async Task The_checklist_says_what_protects_the_account_and_what_is_missing()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(person.User, app.Code(person.Secret));
        var page = await visitor.OpenAsync("/");
        var list = page.Card("Security").GetByRole(AriaRole.Listitem);

        await Item("Your email isn’t verified.").GetByRole(AriaRole.Img, new() { Name = "Missing:" }).ShouldBeVisibleAsync();
        await Item("Two-factor authentication is on.").GetByRole(AriaRole.Img, new() { Name = "Done:" }).ShouldBeVisibleAsync();
        await Item("You have no passkey.").GetByRole(AriaRole.Img, new() { Name = "Missing:" }).ShouldBeVisibleAsync();
        await Item("You have 2 active sessions.").ShouldBeVisibleAsync();
        await page.Link("Add a passkey").ClickAsync();
        await page.WaitForPathAsync("/account/security");
        await Assertions.Expect(page.Heading("Security")).ToBeFocusedAsync();

        ILocator Item(string text) => list.Filter(new() { HasText = text });
    }

    [Fact]
    public async Task A_dead_server_is_named_with_a_retry_that_works()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/account/sessions");
        await page.GetByText("This session").ShouldBeVisibleAsync();

        await app.CutLineAsync();
        await page.Button("Refresh").ClickAsync();
        var retry = page.GetByRole(AriaRole.Alert).Button("Try again");
        await retry.ShouldBeVisibleAsync();
        await page.GetByText("This session").ShouldBeVisibleAsync();
        app.RestoreLine();
        await retry.ClickAsync();

        await page.GetByRole(AriaRole.Alert).ShouldBeGoneAsync();
        await page.GetByText("This session").ShouldBeVisibleAsync();
    }
}
