using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The console works at an address with plain HTTP, such as that of a machine in one's own network.</summary>
public sealed class PlainHttpTests(ConsoleBrowser browser, PlainHttpApp app) : IClassFixture<PlainHttpApp>
{
    [Fact]
    public async Task A_password_logs_in_where_no_passkey_can_and_a_key_that_cannot_be_copied_is_selected()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var login = await visitor.OpenAsync("/login");
        await login.Button("Log in").ShouldBeVisibleAsync();
        await login.Button("Log in with a passkey").ShouldBeGoneAsync();

        var page = await visitor.LogInAsync(user, "/keys");
        Assert.False(await page.EvaluateAsync<bool>("isSecureContext"));
        await page.Button("Create API key").First.ClickAsync();
        await page.Field("Name").FillAsync("robots");
        await page.GetByRole(AriaRole.Dialog).Button("Create API key").ClickAsync();
        await page.GetByText("Save this key now.").ShouldBeVisibleAsync();
        await page.Button("Copy key").ClickAsync();

        await page.GetByText("The browser didn’t allow copying.").First.ShouldBeVisibleAsync();
        Assert.StartsWith("ctx_", await page.EvaluateAsync<string>("getSelection().toString()"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tabs_without_locks_that_refresh_at_the_same_time_stay_logged_in()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var tabs = new[] { await visitor.LogInAsync(await app.RegisterAsync(), "/account/sessions"), await visitor.OpenAsync("/account/sessions") };

        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(tabs.Select(tab => tab.ReloadAsync()));
            await Task.WhenAll(tabs.Select(tab => tab.Heading("Sessions").ShouldBeVisibleAsync()));
        }
    }
}
