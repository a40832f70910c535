using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of the account: its email, its data, and its end.</summary>
public sealed class AccountPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    private const string NewEmail = "New email";

    [Fact]
    public async Task All_data_is_downloaded_without_any_secret()
    {
        var user = await app.RegisterAsync();
        using var http = app.WithToken((await app.LogInAsync(user)).AccessToken);
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        await visitor.Context.AddInitScriptAsync("delete window.showSaveFilePicker");
        var page = await visitor.OpenAsync("/account");

        var (name, text) = await page.DownloadAsync(page.Button("Download your data"));

        Assert.Equal("account-export.json", name);
        Assert.Contains(user.Email, JsonDocument.Parse(text).RootElement.ToString(), StringComparison.Ordinal);
        var hash = (string)(await app.SqlAsync("SELECT password_hash FROM users WHERE id = $1", user.Id))!;
        Assert.All([key, hash, user.Password, "password_hash", "ctr_", "eyJ"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_email_is_changed_by_the_link_to_the_new_address_and_a_dead_server_loses_nothing()
    {
        var user = await app.RegisterAsync();
        var newEmail = app.NewEmail();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/account");
        await page.GetByText("Not verified").ShouldBeVisibleAsync();
        await page.Button("Change email").ClickAsync();
        var form = page.Modal("Change email");
        await form.Locator("input[autocomplete=username]").ShouldHoldAsync(user.Email);
        await Assertions.Expect(form.Field("Password")).ToHaveAttributeAsync("autocomplete", "current-password");
        await form.Field(NewEmail).FillAsync(newEmail);
        await form.Field("Password").FillAsync(user.Password);

        await app.CutLineAsync();
        await form.Button("Send link").ClickAsync();
        await form.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await form.Field(NewEmail).ShouldHoldAsync(newEmail);
        await form.Field("Password").ShouldHoldAsync(user.Password);
        app.RestoreLine();
        await form.Button("Send link").ClickAsync();
        await page.GetByRole(AriaRole.Status).Filter(new() { HasText = $"We sent a link to {newEmail}." }).ShouldBeVisibleAsync();

        var token = await app.NewestTokenAsync(newEmail, "confirm_new_email");
        var link = await visitor.OpenAsync("/change-email?token=" + token);
        await link.Button("Use this address").ClickAsync();
        await link.GetByText("Your account now uses this email address.").ShouldBeVisibleAsync();
        Assert.Equal(newEmail, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));
    }

    [Fact]
    public async Task The_account_is_deleted_only_after_its_email_was_typed_and_nothing_stays()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/account");
        await page.Button("Delete account").ClickAsync();
        var dialog = page.Modal("Delete your account?");
        await dialog.ShouldSayAsync("Nobody can restore the account.");
        var delete = dialog.Button("Delete account");
        await Assertions.Expect(delete).ToBeDisabledAsync();
        await dialog.Field("Password").FillAsync("a wrong password");
        await dialog.Field($"To confirm, type {user.Email}").FillAsync(user.Email);
        await delete.ClickAsync();
        await dialog.GetByRole(AriaRole.Alert).First.ShouldBeVisibleAsync();

        await dialog.Field("Password").FillAsync(user.Password);
        await delete.ClickAsync();

        await page.GetByText("You are logged out.").ShouldBeVisibleAsync();
        Assert.DoesNotContain(user.Email, await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
    }

    [Fact]
    public async Task Deleting_an_account_with_two_factor_authentication_takes_a_code()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(person.User, app.Code(person.Secret));
        var page = await visitor.OpenAsync("/account");
        await page.Button("Delete account").ClickAsync();
        var dialog = page.Modal("Delete your account?");
        await dialog.Field($"To confirm, type {person.User.Email}").FillAsync(person.User.Email);
        await dialog.Field("Password").FillAsync(person.User.Password);
        await dialog.Field("Code from your authenticator app, or a recovery code").FillAsync(app.WrongCode(person.Secret));
        await dialog.Button("Delete account").ClickAsync();
        await dialog.GetByRole(AriaRole.Alert).First.ShouldBeVisibleAsync();

        await dialog.Field("Code from your authenticator app, or a recovery code").FillAsync(person.RecoveryCodes[0]);
        await dialog.Button("Delete account").ClickAsync();

        await page.GetByText("You are logged out.").ShouldBeVisibleAsync();
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", person.User.Id));
    }

    [Fact]
    public async Task The_email_that_verifies_the_address_is_sent_again()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var page = await visitor.OpenAsync("/account");
        await page.Button("Send the email again").ClickAsync();
        await page.GetByText("We sent the email again.").ShouldBeVisibleAsync();

        var link = await visitor.OpenAsync("/verify-email?token=" + await app.VerificationTokenAsync(user.Email));
        await link.Button("Confirm this address").ClickAsync();
        await link.GetByText("Your email address is confirmed.").ShouldBeVisibleAsync();
        await page.ReloadAsync();
        await page.GetByText("Verified", new() { Exact = true }).ShouldBeVisibleAsync();
    }
}
