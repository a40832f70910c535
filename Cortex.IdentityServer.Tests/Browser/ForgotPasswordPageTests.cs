using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>A forgotten password: from the login page to the mailed link and back.</summary>
public sealed class ForgotPasswordPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const string NewPassword = EmailSteps.NewPassword;

    [Fact]
    public async Task The_mailed_link_sets_a_new_password_and_leads_back_to_the_login()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await page.Link("Forgot your password?").ClickAsync();
        await page.Heading("Reset your password").ShouldBeVisibleAsync(); // The login page, which is shown until then, has an "Email" field too.
        await page.Field("Email").FillAsync(user.Email);

        await app.CutLineAsync();
        await page.Button("Send link").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await page.Field("Email").ShouldHoldAsync(user.Email);
        app.RestoreLine();
        await page.Button("Send link").ClickAsync();
        await page.Heading("Check your email").ShouldBeVisibleAsync();
        await page.GetByText($"If {user.Email} has an account").ShouldBeVisibleAsync();

        await page.GotoAsync("/reset-password?token=" + await app.NewestTokenAsync(user.Email, "reset_password"));
        await Assertions.Expect(page.Locator("input[autocomplete=username]")).ToHaveValueAsync(user.Email);
        await page.Field("New password").FillAsync(NewPassword);
        await page.Button("Set password").ClickAsync();
        await page.Heading("Your password is set").ShouldBeVisibleAsync();
        await page.Link("Log in").ClickAsync();

        await page.WaitForPathAsync("/login");
        await page.Field("Email").FillAsync(user.Email);
        await page.Field("Password").FillAsync(NewPassword);
        await page.Button("Log in").ClickAsync();
        await page.GetByText($"Welcome, {user.Email}.").ShouldBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
    }
}
