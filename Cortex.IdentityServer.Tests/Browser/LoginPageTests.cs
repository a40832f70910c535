using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The login page, used as a person uses it.</summary>
public sealed class LoginPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    [Fact]
    public async Task A_password_logs_in_and_leads_to_the_page_that_was_asked_for()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);

        var page = await visitor.LogInAsync(user, "/account/sessions");

        Assert.Equal("/account/sessions", new Uri(page.Url).AbsolutePath);
        await page.ShouldBeAccessibleAsync("sessions");
    }
}
