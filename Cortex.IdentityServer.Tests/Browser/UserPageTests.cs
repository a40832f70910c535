using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of one user, as administrators use it.</summary>
public sealed class UserPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const string Users = "/api/v1/admin/users/";

    [Fact]
    public async Task Two_administrators_who_change_the_same_user_see_both_versions_and_choose()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync($"/admin/users/{user.Id}");
        await page.GetByLabel("Tier", new() { Exact = true }).SelectOptionAsync("pro");
        await page.Button("Save").ClickAsync();
        await page.ShouldSayAsync("The changes are saved.");
        Assert.Equal("pro", await TierAsync(user));

        await page.GetByLabel("Tier", new() { Exact = true }).SelectOptionAsync("enterprise");
        await ChangeAsync(user, new { subscription_tier = "free", is_verified = true });
        var answer = await page.RunAndWaitForResponseAsync(
            () => page.Button("Save").ClickAsync(), response => response.Request.Method == "PATCH");
        Assert.Equal((int)HttpStatusCode.PreconditionFailed, answer.Status);
        Assert.NotEmpty(await answer.Request.HeaderValueAsync("If-Match") ?? "");
        await page.ShouldSayAsync("Somebody else changed this account");
        var tier = page.GetByRole(AriaRole.Group, new() { Name = "Tier" });
        await Assertions.Expect(tier.GetByRole(AriaRole.Radio, new() { Name = "Saved by somebody else free" })).ToBeVisibleAsync();
        await tier.GetByRole(AriaRole.Radio, new() { Name = "Your change enterprise" }).CheckAsync();
        await page.Button("Save my choice").ClickAsync();
        await page.ShouldSayAsync("The changes are saved.");
        Assert.Equal("enterprise", await TierAsync(user));
        Assert.True((bool)(await app.SqlAsync("SELECT is_verified FROM users WHERE id = $1", user.Id))!);

        await page.GetByLabel("Tier", new() { Exact = true }).SelectOptionAsync("free");
        await ChangeAsync(user, new { subscription_tier = "pro" });
        await page.Button("Save").ClickAsync();
        await page.Button("Keep the saved version").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Tier", new() { Exact = true }).Locator("option:checked")).ToHaveTextAsync("pro");
        Assert.Equal("pro", await TierAsync(user));
    }

    [Fact]
    public async Task Accounts_are_disabled_enabled_and_unlocked()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        while (await app.TryLogInAsync(user.Email, "wrong") != HttpStatusCode.TooManyRequests)
        {
        }

        var page = await visitor.OpenAsync($"/admin/users/{user.Id}");
        await page.ShouldSayAsync("After wrong passwords, logins are refused until");
        await page.ConfirmAsync("Unlock");
        await page.ShouldSayAsync("The account is unlocked.");
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, user.Password));

        await page.ConfirmAsync("Disable account");
        await page.ShouldSayAsync("The account is disabled.");
        Assert.NotEqual(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, user.Password));
        await page.ConfirmAsync("Enable account");
        await page.ShouldSayAsync("The account is enabled.");
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, user.Password));
    }

    [Fact]
    public async Task A_lost_second_factor_is_reset_and_the_owner_is_told()
    {
        var person = await app.SignUpWithTwoFactorAsync();
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync($"/admin/users/{person.User.Id}");
        await page.ShouldSayAsync("Authenticator app");

        await page.ConfirmAsync("Reset second factor");

        await page.ShouldSayAsync("The second factor was removed, and all sessions have ended.");
        await Assertions.Expect(page.Button("Reset second factor")).ToHaveCountAsync(0);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(person.User.Email, person.User.Password));
        await person.Http.ShouldBeRefusedAsync();
        await app.WaitForEmailsAsync();
        Assert.Contains(await app.Mailbox.ForAsync(person.User.Email), mail => mail.Subject == "Your second factor was removed");
    }

    [Fact]
    public async Task Sessions_end_one_by_one_or_all_at_once()
    {
        var user = await app.RegisterAsync();
        for (var session = 0; session < 3; session++)
        {
            await app.LogInAsync(user);
        }

        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync($"/admin/users/{user.Id}?section=sessions");
        var rows = page.GetByRole(AriaRole.Table, new() { Name = "Sessions" }).Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3);

        await rows.First.GetByRole(AriaRole.Button).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "End session" }).ClickAsync();
        await page.ShouldSayAsync("The session has ended.");
        await Assertions.Expect(rows).ToHaveCountAsync(2);

        await page.ConfirmAsync("End all sessions");
        await page.ShouldSayAsync("The user isn’t logged in anywhere.");
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL", user.Id));
    }

    [Fact]
    public async Task A_leaked_key_is_revoked()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync($"/admin/users/{user.Id}");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Parts of this page" }).GetByText("API keys").ClickAsync();

        await page.ConfirmAsync("Revoke key: test", "Revoke key");

        await page.ShouldSayAsync("The key is revoked.");
        await page.ShouldSayAsync("The user has no API keys.");
        using var program = app.WithKey(key);
        await program.ShouldBeRefusedAsync();
    }

    [Fact]
    public async Task An_account_is_deleted_only_after_its_email_was_typed()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync($"/admin/users/{user.Id}");
        await page.Button("Delete account").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var delete = dialog.GetByRole(AriaRole.Button, new() { Name = "Delete account" });
        await Assertions.Expect(delete).ToBeDisabledAsync();
        await dialog.GetByLabel($"To confirm, type {user.Email}").FillAsync(app.Ada.Email);
        await Assertions.Expect(delete).ToBeDisabledAsync();

        await dialog.GetByLabel($"To confirm, type {user.Email}").FillAsync(user.Email);
        await delete.ClickAsync();

        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Users");
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1 AND is_active", user.Id));
    }

    private async Task ChangeAsync(TestUser user, object changes) =>
        await (await app.Admin.Http.PatchAsync(Users + user.Id, changes)).ShouldBeAsync(HttpStatusCode.OK);

    private async Task<string> TierAsync(TestUser user) => (string)(await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id))!;
}
