using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Support sees and does what it may, and nothing of the console offers more.</summary>
public sealed class SupportTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    /// <summary>What only administrators can do, by page.</summary>
    private static readonly Dictionary<string, string[]> OfAdmins = new()
    {
        ["/admin/users"] = ["Create user"],
        ["/admin/users/{id}"] = ["Save", "Disable account", "Delete account"],
        ["/admin/users/{id}?section=keys"] = ["Revoke key: production"],
        ["/admin/users/{id}?section=usage"] = ["Change quota", "Correct usage"],
        ["/admin/billing-events/{event}"] = ["Process again", "Assign to a user"],
    };

    [Fact]
    public async Task Support_helps_users_and_sees_no_button_of_administrators()
    {
        await using var admin = await app.VisitAsync(browser, app.Admin);
        await using var support = await app.VisitAsync(browser, app.Support);
        foreach (var (path, buttons) in OfAdmins)
        {
            var address = path.Replace("{id}", app.Ada.Id.ToString(), StringComparison.Ordinal)
                .Replace("{event}", app.UnmatchedEvent.ToString(), StringComparison.Ordinal);
            var (adminPage, supportPage) = (await admin.OpenAsync(address), await support.OpenAsync(address));
            await supportPage.WaitForLoadStateAsync(LoadState.NetworkIdle);
            foreach (var button in buttons)
            {
                await Assertions.Expect(adminPage.Button(button)).ToBeVisibleAsync();
                await Assertions.Expect(supportPage.Button(button)).ToHaveCountAsync(0);
            }

            await Assertions.Expect(supportPage.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
            await adminPage.CloseAsync();
            await supportPage.CloseAsync();
        }

        var import = await support.OpenAsync("/admin/import");
        await Assertions.Expect(import.Heading()).ToHaveTextAsync("Export users");
        await Assertions.Expect(import.Locator("input[type=file]")).ToHaveCountAsync(0);

        var page = await support.OpenAsync($"/admin/users/{app.Ada.Id}");
        await page.ConfirmAsync("Send password reset");
        await page.ShouldSayAsync("The email is on its way.");
        Assert.NotEmpty(await app.NewestTokenAsync(app.Ada.Email, "reset_password"));
    }

    [Fact]
    public async Task Support_cannot_touch_an_administrator_and_the_server_agrees()
    {
        await using var visitor = await app.VisitAsync(browser, app.Support);
        var page = await visitor.OpenAsync($"/admin/users/{app.Admin.User.Id}");
        await page.ShouldSayAsync("Administrator");
        await Assertions.Expect(page.Button("Send password reset")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Button("End all sessions")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Button("Reset second factor")).ToHaveCountAsync(0);

        var users = Administrators.Users;
        var http = app.Support.Http;
        await (await http.PatchAsync($"{users}/{app.Ada.Id}", new { subscription_tier = "free" })).ShouldBeAsync(HttpStatusCode.Forbidden);
        await (await http.DeleteAsync($"{users}/{app.Ada.Id}", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.Forbidden);
        await (await http.PostAsync(users, new { email = app.NewEmail() })).ShouldBeAsync(HttpStatusCode.Forbidden);
        await (await http.PostAsync($"{users}/{app.Admin.User.Id}/reset-2fa", new { })).ShouldBeAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Somebody_without_a_role_sees_no_administration()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(app.Ada);
        var page = await visitor.OpenAsync("/admin/users");

        await page.WaitForPathAsync("/");
        await Assertions.Expect(page.GetByText("Administration")).ToHaveCountAsync(0);
    }
}
