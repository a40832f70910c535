using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of the password and the second factor.</summary>
public sealed class SecurityPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const string Path = "/account/security";
    private const string SetUp = "Set up an authenticator app";
    private const string NewPassword = EmailSteps.NewPassword;

    [Fact]
    public async Task Two_factor_authentication_is_set_up_on_a_computer_with_key_and_code_side_by_side()
    {
        var (visitor, user) = await ArriveAsync();
        await using var leaving = visitor;
        await visitor.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await visitor.OpenAsync(Path);
        await page.Button(SetUp).ClickAsync();
        var (key, image) = await SecretAsync(page);
        Assert.True(image.X + image.Width <= key.X && image.Y < key.Y + key.Height && key.Y < image.Y + image.Height, "not side by side");
        var secret = await ReadSecretAsync(page);

        // Somebody looks at another page meanwhile. A new secret would void what the app has scanned.
        await page.Modal(SetUp).Button("Later").ClickAsync();
        await page.Link("Sessions").ClickAsync();
        await page.WaitForPathAsync("/account/sessions");
        await page.GoBackAsync();
        await page.Button("Continue the setup").ClickAsync();
        Assert.Equal(secret, await ReadSecretAsync(page));

        await EnterCodeAsync(page, app.WrongCode(secret));
        await page.Modal(SetUp).GetByRole(AriaRole.Alert).First.ShouldBeVisibleAsync();
        await EnterCodeAsync(page, WithSpace(app.Code(secret)));
        var codes = page.Modal("Save your recovery codes");
        await page.Keyboard.PressAsync("Escape");
        var shown = await ReadCodesAsync(codes);
        var (name, text) = await page.DownloadAsync(codes.Button("Download"));
        Assert.Equal("recovery-codes.txt", name);
        Assert.All(shown, code => Assert.Contains(code, text, StringComparison.Ordinal));
        Assert.Contains(user.Email, text, StringComparison.Ordinal);
        await page.EvaluateAsync("() => { window.print = () => { document.documentElement.dataset.printed = 'yes'; }; }");
        await codes.Button("Print").ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-printed", "yes");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.Equal(shown, await ReadCodesAsync(codes));
        await page.GetByText($"Recovery codes for {user.Email}").ShouldBeVisibleAsync();
        await Assertions.Expect(codes.Button("Print")).ToBeHiddenAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await codes.Button("Copy codes").ClickAsync();
        await codes.Button("Copied").ShouldBeVisibleAsync();
        await codes.Button("I have saved them").ClickAsync();

        await codes.ShouldBeGoneAsync();
        await page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Two-factor authentication is on." }).ShouldBeVisibleAsync();
        var token = await app.ChallengeAsync(user);
        await (await app.SubmitRecoveryCodeAsync(token, shown[0])).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task On_a_phone_the_key_comes_before_the_QR_code_and_a_link_opens_the_app()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl, width: 375, height: 700);
        await visitor.LogInQuietlyAsync(await app.RegisterAsync());
        var page = await visitor.OpenAsync(Path);
        await page.Button(SetUp).ClickAsync();

        var (key, image) = await SecretAsync(page);
        Assert.True(key.Y + key.Height <= image.Y, "the key isn't above the QR code");
        var secret = await ReadSecretAsync(page);
        var link = page.Link("Open authenticator app");
        await link.ShouldBeVisibleAsync();
        var address = await link.GetAttributeAsync("href");
        Assert.StartsWith("otpauth://totp/", address, StringComparison.Ordinal);
        Assert.Contains($"secret={secret}", address, StringComparison.Ordinal);
        await page.ShouldBeAccessibleAsync("setup of an authenticator app on a phone");
    }

    [Fact]
    public async Task Recovery_codes_are_renewed_and_two_factor_authentication_is_turned_off()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(person.User, app.Code(person.Secret));
        var page = await visitor.OpenAsync(Path);

        await page.GetByText("You have 10 recovery codes left.").ShouldBeVisibleAsync();
        foreach (var code in person.RecoveryCodes.Take(8))
        {
            await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(person.User), code)).ShouldBeAsync(HttpStatusCode.OK);
        }

        await page.ReloadAsync();
        await page.GetByText("You have 2 recovery codes left.").ShouldBeVisibleAsync();
        await page.Button("New recovery codes").ClickAsync();
        app.NextStep();
        await page.Field("Code from your authenticator app").FillAsync(WithSpace(app.Code(person.Secret)));
        await page.Button("Create codes").ClickAsync();
        var codes = page.Modal("Save your recovery codes");
        var renewed = await ReadCodesAsync(codes);
        Assert.Empty(renewed.Intersect(person.RecoveryCodes));
        await page.RefuseCopyingAsync();
        await codes.Button("Copy codes").ClickAsync();
        Assert.Contains(renewed[9], await page.EvaluateAsync<string>("getSelection().toString()"), StringComparison.Ordinal);
        await codes.Button("I have saved them").ClickAsync();

        await page.Button("Turn off").ClickAsync();
        var dialog = page.Modal("Turn off two-factor authentication?");
        await dialog.Field("Password").FillAsync(person.User.Password);
        await dialog.Field("Code from your authenticator app, or a recovery code").FillAsync(renewed[0]);
        await dialog.Button("Turn off").ClickAsync();

        await page.Button(SetUp).ShouldBeVisibleAsync();
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(person.User.Email, person.User.Password));
    }

    [Fact]
    public async Task The_password_is_changed_in_fields_that_password_managers_know_and_a_dead_server_loses_nothing()
    {
        var (visitor, user) = await ArriveAsync();
        await using var leaving = visitor;
        var page = await visitor.OpenAsync(Path);
        var (current, next) = (page.Field("Current password"), page.Field("New password"));
        await Assertions.Expect(current).ToHaveAttributeAsync("autocomplete", "current-password");
        await Assertions.Expect(next).ToHaveAttributeAsync("autocomplete", "new-password");
        var username = page.Locator("form", new() { Has = current }).Locator("input[autocomplete=username]");
        await username.ShouldHoldAsync(user.Email);
        await current.FillAsync(user.Password);
        await next.FocusAsync();
        await page.Keyboard.InsertTextAsync(NewPassword);

        await app.CutLineAsync();
        await page.Button("Change password").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await current.ShouldHoldAsync(user.Password);
        await next.ShouldHoldAsync(NewPassword);
        app.RestoreLine();
        await page.Button("Change password").ClickAsync();

        await page.GetByText("Your password has changed, and all your other sessions have ended.").ShouldBeVisibleAsync();
        await next.ShouldHoldAsync("");
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, NewPassword));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
    }

    [Fact]
    public async Task Ten_minutes_after_the_login_an_action_first_asks_for_the_password_and_is_then_done()
    {
        var (visitor, user) = await ArriveAsync();
        await using var leaving = visitor;
        var page = await visitor.OpenAsync(Path);
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await page.Button(SetUp).ClickAsync();
        var proof = page.Modal("Confirm that it’s you");
        await Assertions.Expect(proof.Locator("input[autocomplete=username]")).ToHaveValueAsync(user.Email);
        await proof.Field("Password").FillAsync("a wrong password");
        await proof.Button("Confirm").ClickAsync();
        await proof.GetByRole(AriaRole.Alert).ShouldBeVisibleAsync();
        await proof.Field("Password").FillAsync(user.Password);
        await proof.Button("Confirm").ClickAsync();

        await page.Modal(SetUp).ShouldBeVisibleAsync();
        await proof.ShouldBeGoneAsync();
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'session.reauthenticated'", user.Id));
    }

    private async Task<(Visitor Visitor, TestUser User)> ArriveAsync()
    {
        var user = await app.RegisterAsync();
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        return (visitor, user);
    }

    /// <summary>Where the key and the QR code are.</summary>
    private static async Task<(LocatorBoundingBoxResult Key, LocatorBoundingBoxResult Image)> SecretAsync(IPage page)
    {
        var dialog = page.Modal(SetUp);
        await dialog.ShouldBeVisibleAsync();
        return ((await dialog.Locator("code").BoundingBoxAsync())!, (await dialog.GetByRole(AriaRole.Img).BoundingBoxAsync())!);
    }

    private static async Task<string> ReadSecretAsync(IPage page) =>
        (await page.Modal(SetUp).Locator("code").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> ReadCodesAsync(ILocator dialog)
    {
        var items = dialog.GetByRole(AriaRole.Listitem);
        await Assertions.Expect(items).ToHaveCountAsync(10);
        return await items.AllInnerTextsAsync();
    }

    private static async Task EnterCodeAsync(IPage page, string code)
    {
        await page.Field("Six-digit code that the app shows").FillAsync(code);
        await page.Modal(SetUp).Button("Turn on").ClickAsync();
    }

    /// <summary>A code as apps and password managers copy it.</summary>
    private static string WithSpace(string code) => $"{code[..3]} {code[3..]}";
}
