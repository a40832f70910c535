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

    [Theory]
    [InlineData("https://example.com/")]
    [InlineData("//example.com/account")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/api/v1/auth/me")]
    public async Task A_next_page_outside_of_the_console_is_ignored(string next)
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);

        var page = await visitor.LogInAsync(user, "/login?next=" + Uri.EscapeDataString(next));

        Assert.Equal(new Uri(app.PublicUrl, "/"), new Uri(page.Url));
    }

    [Fact]
    public async Task A_wrong_password_keeps_the_email_and_shows_the_trace_id()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await Assertions.Expect(page.Field("Email")).ToBeFocusedAsync();
        await Assertions.Expect(page.Field("Password")).ToHaveAttributeAsync("autocomplete", "current-password");

        // Everything by keyboard.
        await page.Keyboard.TypeAsync(user.Email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.InsertTextAsync("a wrong password");
        await page.Keyboard.PressAsync("Enter");
        var alert = page.GetByRole(AriaRole.Alert);
        await alert.ShouldSayAsync("Trace ID:");
        await alert.Button("Copy trace ID").ShouldBeVisibleAsync();
        await page.Field("Email").ShouldHoldAsync(user.Email);
        await page.Field("Password").FillAsync(user.Password);
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForPathAsync("/");
        await Assertions.Expect(page.Heading("Overview")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_code_is_pasted_with_spaces_and_a_wrong_one_keeps_the_email()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await EnterPasswordAsync(visitor, person.User);
        await page.GetByText($"Account: {person.User.Email}").ShouldBeVisibleAsync();
        await Assertions.Expect(page.Field("Code")).ToHaveAttributeAsync("autocomplete", "one-time-code");
        await Assertions.Expect(page.Field("Code")).ToHaveAttributeAsync("inputmode", "numeric");

        await page.Field("Code").FillAsync(app.WrongCode(person.Secret));
        await page.Button("Log in").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldBeVisibleAsync();
        await page.GetByText($"Account: {person.User.Email}").ShouldBeVisibleAsync();
        await page.Button("Back to the password").ClickAsync();
        await page.Field("Email").ShouldHoldAsync(person.User.Email);
        await page.Field("Password").FillAsync(person.User.Password);
        await page.Button("Log in").ClickAsync();

        var code = app.Code(person.Secret);
        await Assertions.Expect(page.Field("Code")).ToBeFocusedAsync();
        await page.Keyboard.InsertTextAsync($" {code[..3]} {code[3..]} ");
        await page.Button("Log in").ClickAsync();
        await page.WaitForPathAsync("/");
    }

    [Fact]
    public async Task A_recovery_code_replaces_the_app_once()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await EnterPasswordAsync(visitor, person.User);
        await page.Button("Use a recovery code").ClickAsync();
        await page.Field("Recovery code").FillAsync(person.RecoveryCodes[0]);
        await page.Button("Log in").ClickAsync();
        await page.WaitForPathAsync("/");

        await page.Button("Log out").ClickAsync();
        await page.GetByText("You are logged out.").ShouldBeVisibleAsync();
        await FillPasswordAsync(page, person.User);
        await page.Button("Use a recovery code").ClickAsync();
        await page.Field("Recovery code").FillAsync(person.RecoveryCodes[0]);
        await page.Button("Log in").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldBeVisibleAsync();
        await page.Button("Use a code from the app").ClickAsync();
        await page.Field("Code").FillAsync(app.Code(person.Secret));
        await page.Button("Log in").ClickAsync();
        await page.WaitForPathAsync("/");
    }

    [Fact]
    public async Task Too_many_attempts_count_down_until_the_next_one()
    {
        var user = await app.RegisterAsync();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            await app.TryLogInAsync(user.Email, "a wrong password");
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await page.Field("Email").FillAsync(user.Email);
        await page.Field("Password").FillAsync(user.Password);
        await page.Button("Log in").ClickAsync();
        var countdown = page.GetByText("You can try again in");
        var first = await countdown.InnerTextAsync();
        Assert.Matches(@"^You can try again in \d+ s\.$", first);
        await Assertions.Expect(countdown).Not.ToHaveTextAsync(first);
        await page.Field("Password").ShouldHoldAsync(user.Password);

        app.Clock.Advance(TimeSpan.FromMinutes(16));
        await page.Button("Log in").ClickAsync();
        await page.WaitForPathAsync("/");
    }

    [Fact]
    public async Task A_server_that_dies_during_the_login_loses_nothing_and_the_page_says_what_to_do()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await page.Field("Email").FillAsync(person.User.Email);
        await page.Field("Password").FillAsync(person.User.Password);

        await app.CutLineAsync();
        await page.Button("Log in").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await page.Field("Email").ShouldHoldAsync(person.User.Email);
        await page.Field("Password").ShouldHoldAsync(person.User.Password);
        app.RestoreLine();
        await page.Button("Log in").ClickAsync();
        await page.Field("Code").FillAsync(app.Code(person.Secret));

        await app.CutLineAsync();
        await page.Button("Log in").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await page.Field("Code").ShouldHoldAsync(app.Code(person.Secret));
        app.RestoreLine();
        await page.Button("Log in").ClickAsync();
        await page.WaitForPathAsync("/");
    }

    /// <summary>Opens the login page, and goes as far as the second step.</summary>
    private static async Task<IPage> EnterPasswordAsync(Visitor visitor, TestUser user)
    {
        var page = await visitor.OpenAsync("/login");
        await FillPasswordAsync(page, user);
        return page;
    }

    private static async Task FillPasswordAsync(IPage page, TestUser user)
    {
        await page.Field("Email").FillAsync(user.Email);
        await page.Field("Password").FillAsync(user.Password);
        await page.Button("Log in").ClickAsync();
        await page.Heading("Two-factor authentication").ShouldBeVisibleAsync();
    }
}
