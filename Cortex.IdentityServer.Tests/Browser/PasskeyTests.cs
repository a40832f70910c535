using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Passkeys in the console: added, named, used to log in, and removed.</summary>
public sealed class PasskeyTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    /// <summary>Has the page note what kind of passkey request it makes: <c>conditional</c> is the autofill.</summary>
    private const string NoteRequest = """
        const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = options => { document.documentElement.dataset.requested = options.mediation; return get(options); };
        """;

    private const string Security = "/account/security";

    [Fact]
    public async Task A_passkey_is_added_renamed_and_removed()
    {
        var (visitor, page, authenticator, user) = await ArriveAsync();
        await using var leaving = visitor;
        await page.GetByText("You have no passkeys yet.").ShouldBeVisibleAsync();

        await AddAsync(page, "Laptop");
        await page.Row("Laptop").ShouldSayAsync("On one device");
        Assert.Equal(1, await authenticator.CountPasskeysAsync());

        await page.Button("Add passkey").ClickAsync();
        await page.Button("Create passkey").ClickAsync();
        await page.Modal("Add passkey").GetByRole(AriaRole.Alert).ShouldSayAsync("This device already has a passkey for your account.");
        await page.Modal("Add passkey").Button("Cancel").ClickAsync();

        await page.Button("Rename: Laptop").ClickAsync();
        await page.Modal("Rename passkey").Field("Name").FillAsync("Old laptop");
        await page.Modal("Rename passkey").Button("Save").ClickAsync();
        await page.Button("Remove: Old laptop").ClickAsync();
        var question = page.Modal("Remove this passkey?");
        await question.ShouldSayAsync("You can no longer log in with “Old laptop”");
        await question.Button("Remove passkey").ClickAsync();

        await page.GetByText("You have no passkeys yet.").ShouldBeVisibleAsync();
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM passkeys WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task The_button_logs_in_with_a_passkey_while_the_autofill_waits()
    {
        var (visitor, page, authenticator, user) = await ArriveAsync();
        await using var leaving = visitor;
        await AddAsync(page, "Laptop");
        await authenticator.SetPresenceAsync(false);
        await page.EvaluateAsync($"() => {{ {NoteRequest} }}");
        await LogOutAsync(page);
        await Assertions.Expect(page.Field("Email")).ToHaveAttributeAsync("autocomplete", "username webauthn");
        await ExpectAutofillAsync(page);

        // The authenticator decides when a request begins, so the one of the autofill goes on waiting.
        await authenticator.SetPresenceAsync(true);
        await page.Button("Log in with a passkey").ClickAsync();

        await page.WaitForPathAsync("/");
        await page.GetByText($"Welcome, {user.Email}.").ShouldBeVisibleAsync();
    }

    [Fact]
    public async Task A_passkey_from_the_autofill_logs_in_without_a_button()
    {
        var (visitor, page, _, user) = await ArriveAsync();
        await using var leaving = visitor;
        await AddAsync(page, "Laptop");

        await page.Button("Log out").ClickAsync();

        await page.GetByText($"Welcome, {user.Email}.").ShouldBeVisibleAsync();
    }

    [Fact]
    public async Task The_autofill_has_a_new_challenge_before_the_old_one_ends_after_five_minutes()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.Context.NewPageAsync();
        await (await VirtualAuthenticator.AddAsync(page)).SetPresenceAsync(false);
        await page.Clock.InstallAsync();
        await page.AddInitScriptAsync(NoteRequest);
        var challenges = 0;
        page.Response += (_, response) => challenges += IsChallenge(response) ? 1 : 0;
        await page.GotoAsync("/login");
        await ExpectAutofillAsync(page);
        await page.Clock.FastForwardAsync("04:00");
        Assert.Equal(1, challenges);

        await page.RunAndWaitForResponseAsync(() => page.Clock.FastForwardAsync("00:45"), IsChallenge);

        Assert.Equal(2, challenges);
    }

    [Fact]
    public async Task A_passkey_is_the_second_factor_and_proves_identity()
    {
        var (visitor, page, authenticator, user) = await ArriveAsync();
        await using var leaving = visitor;
        await AddAsync(page, "Laptop");
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await page.Button("Set up an authenticator app").ClickAsync();
        await page.Modal("Confirm that it’s you").Button("Use a passkey instead").ClickAsync();
        var secret = (await page.Modal("Set up an authenticator app").Locator("code").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await page.Field("Six-digit code that the app shows").FillAsync(app.Code(secret));
        await page.Button("Turn on").ClickAsync();
        await page.Button("I have saved them").ClickAsync();
        await authenticator.SetPresenceAsync(false);
        await LogOutAsync(page);

        await page.Field("Email").FillAsync(user.Email);
        await page.Field("Password").FillAsync(user.Password);
        await page.Button("Log in").ClickAsync();
        await page.Heading("Two-factor authentication").ShouldBeVisibleAsync();
        await authenticator.SetPresenceAsync(true);
        await page.Button("Use a passkey").ClickAsync();

        await page.WaitForPathAsync("/");
        await page.GetByText("Two-factor authentication is on.").ShouldBeVisibleAsync();
    }

    private static Task ExpectAutofillAsync(IPage page) =>
        Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-requested", "conditional");

    private static bool IsChallenge(IResponse response) => response.Url.EndsWith("/login/passkey/options", StringComparison.Ordinal);

    private async Task<(Visitor Visitor, IPage Page, VirtualAuthenticator Authenticator, TestUser User)> ArriveAsync()
    {
        var user = await app.RegisterAsync();
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync(Security);
        return (visitor, page, await VirtualAuthenticator.AddAsync(page), user);
    }

    private static async Task AddAsync(IPage page, string name)
    {
        await page.Button("Add passkey").ClickAsync();
        await page.Modal("Add passkey").Field("Name").FillAsync(name);
        await page.Modal("Add passkey").Button("Create passkey").ClickAsync();
        await page.Row(name).ShouldBeVisibleAsync();
    }

    private static async Task LogOutAsync(IPage page)
    {
        await page.Button("Log out").ClickAsync();
        await page.GetByText("You are logged out.").ShouldBeVisibleAsync();
    }
}
