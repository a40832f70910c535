using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page on which people create an account.</summary>
public sealed class RegisterPageTests(ConsoleBrowser browser, ConsoleApp app, RegisterPageTests.VerifyingApp verifying)
    : IClassFixture<ConsoleApp>, IClassFixture<RegisterPageTests.VerifyingApp>
{
    private const string Password = TestUser.DefaultPassword;

    [Fact]
    public async Task An_account_is_created_and_logged_in()
    {
        var email = app.NewEmail();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await page.Link("Create one").ClickAsync();
        await Assertions.Expect(page.Field("Email")).ToHaveAttributeAsync("autocomplete", "username");
        await Assertions.Expect(page.Field("Password")).ToHaveAttributeAsync("autocomplete", "new-password");
        await page.Field("Email").FillAsync(email);

        await page.Field("Password").FillAsync("password1234");
        await page.Button("Create account").ClickAsync();
        await Assertions.Expect(page.Field("Password")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.Field("Password").FillAsync(Password);
        await page.Button("Show password").ClickAsync();
        await Assertions.Expect(page.Field("Password")).ToHaveAttributeAsync("type", "text");

        await app.CutLineAsync();
        await page.Button("Create account").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await page.Field("Email").ShouldHoldAsync(email);
        await page.Field("Password").ShouldHoldAsync(Password);
        app.RestoreLine();
        await page.Button("Create account").ClickAsync();

        await page.Heading("Your account is ready").ShouldBeVisibleAsync();
        await page.GetByText($"We sent an email to {email}.").ShouldBeVisibleAsync();
        await page.Link("Continue").ClickAsync();
        await page.GetByText($"Welcome, {email}.").ShouldBeVisibleAsync();
    }

    [Fact]
    public async Task Where_the_email_has_to_be_verified_first_the_mailed_link_leads_to_the_login()
    {
        var email = verifying.NewEmail();
        await using var visitor = await Visitor.ArriveAsync(browser, verifying.PublicUrl);
        var page = await visitor.OpenAsync("/register");
        await page.Field("Email").FillAsync(email);
        await page.Field("Password").FillAsync(Password);
        await page.Button("Create account").ClickAsync();
        await page.Heading("Check your email").ShouldBeVisibleAsync();
        await page.Link("Log in").ClickAsync();
        await page.Field("Email").FillAsync(email);
        await page.Field("Password").FillAsync(Password);
        await page.Button("Log in").ClickAsync();
        verifying.Clock.Advance(TimeSpan.FromMinutes(5));
        await page.Button("Send the verification email again").ClickAsync();
        await page.GetByText($"If {email} has an account that isn’t verified yet").ShouldBeVisibleAsync();

        await page.GotoAsync("/verify-email?token=" + await verifying.VerificationTokenAsync(email));
        await page.Button("Confirm this address").ClickAsync();
        await page.Link("Log in").ClickAsync();
        await page.Field("Email").FillAsync(email);
        await page.Field("Password").FillAsync(Password);
        await page.Button("Log in").ClickAsync();
        await page.GetByText("Your email is verified.").ShouldBeVisibleAsync();
        Assert.Equal(HttpStatusCode.OK, await verifying.TryLogInAsync(email, Password));
    }

    /// <summary>A server that lets nobody log in before they have verified their email.</summary>
    public sealed class VerifyingApp(PostgresCluster cluster) : ConsoleApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("REQUIRE_VERIFIED_EMAIL", "true")];
    }
}
