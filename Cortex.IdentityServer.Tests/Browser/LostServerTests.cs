using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The server dies while somebody fills in a form: the page says what to do, and nothing that was entered is lost.</summary>
public sealed class LostServerTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private static readonly TimeSpan TooOld = TimeSpan.FromMinutes(11);

    public static TheoryData<string> BeforeLogin { get; } = [.. LostForms.BeforeLogin.Keys];

    public static TheoryData<string> OfUsers { get; } = [.. LostForms.OfUsers.Keys];

    public static TheoryData<string> OfStaff { get; } = [.. LostForms.OfStaff.Keys];

    [Theory]
    [MemberData(nameof(BeforeLogin))]
    public async Task Forms_before_the_login_survive_a_killed_server(string name)
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await CheckAsync(visitor, LostForms.BeforeLogin[name], user);
    }

    [Theory]
    [MemberData(nameof(OfUsers))]
    public async Task Forms_of_users_survive_a_killed_server(string name)
    {
        var (user, _, http) = await app.SignUpAsync();
        await CortexApp.GenerateKeyAsync(http);
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        await CheckAsync(visitor, LostForms.OfUsers[name], user);
    }

    [Theory]
    [MemberData(nameof(OfStaff))]
    public async Task Forms_of_staff_survive_a_killed_server(string name)
    {
        var user = await app.RegisterAsync();
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        await CheckAsync(visitor, LostForms.OfStaff[name], user);
    }

    [Fact]
    public async Task The_second_step_of_a_login_survives_a_killed_server()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        var page = await visitor.OpenAsync("/login");
        await page.GetByLabel("Email", new() { Exact = true }).FillAsync(app.Admin.User.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(app.Admin.User.Password);
        await page.Button("Log in").ClickAsync();
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(app.NextCode(app.Admin));

        await SendTwiceAsync(page.Locator("form").First, page.Button("Log in"));

        await page.ShouldSayAsync($"Welcome, {app.Admin.User.Email}.");
    }

    [Fact]
    public async Task The_question_for_the_password_and_the_form_behind_it_survive_a_killed_server()
    {
        var user = await app.RegisterAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/keys");
        app.Clock.Advance(TooOld);
        await page.Button("Create API key").First.ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("proved");
        await page.GetByRole(AriaRole.Dialog).Locator(page.Button("Create API key")).ClickAsync();
        var proof = page.GetByRole(AriaRole.Dialog, new() { Name = "Confirm that it’s you" });
        await proof.GetByLabel("Password", new() { Exact = true }).FillAsync(user.Password);

        await SendTwiceAsync(proof.Locator("form").First, page.Button("Confirm"));

        await page.ShouldSayAsync("Save this key now.");
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1 AND name = 'proved'", user.Id));
    }

    [Fact]
    public async Task The_setup_of_an_authenticator_app_and_of_a_passkey_survive_a_killed_server()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(await app.RegisterAsync());
        var page = await visitor.OpenAsync("/account/security");
        await VirtualAuthenticator.AddAsync(page);
        await page.Button("Set up an authenticator app").ClickAsync();
        var secret = (await page.Modal("Set up an authenticator app").Locator("code").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await page.Field("Six-digit code that the app shows").FillAsync(app.Code(secret));
        await SendTwiceAsync(page.Modal("Set up an authenticator app").Locator("form").First, page.Button("Turn on"));
        await page.Button("I have saved them").ClickAsync();

        await page.Button("Add passkey").ClickAsync();
        await page.Modal("Add passkey").Field("Name").FillAsync("Laptop");
        await SendTwiceAsync(page.Modal("Add passkey").Locator("form"), page.Button("Create passkey"));
        await page.Row("Laptop").ShouldBeVisibleAsync();
    }

    private async Task CheckAsync(Visitor visitor, LostForm form, TestUser user)
    {
        var newEmail = app.NewEmail();
        string Insert(string text) => text.Replace("{id}", user.Id.ToString(), StringComparison.Ordinal)
            .Replace("{email}", user.Email, StringComparison.Ordinal)
            .Replace("{new}", newEmail, StringComparison.Ordinal)
            .Replace("{event}", app.UnmatchedEvent.ToString(), StringComparison.Ordinal);
        var page = await visitor.OpenAsync(Insert(form.Path));
        if (form.Opener is not null)
        {
            await page.Button(form.Opener).First.ClickAsync();
        }

        var fields = page.Locator("form").Filter(new() { Has = page.Button(form.Button) });
        foreach (var (label, value) in form.Fields)
        {
            await EnterAsync(fields.GetByLabel(Insert(label), new() { Exact = true }), Insert(value));
        }

        await SendTwiceAsync(fields, page.Button(form.Button));
        await page.ShouldSayAsync(Insert(form.Done));
        if (form.Opener is not null)
        {
            await Assertions.Expect(fields).ToHaveCountAsync(0);
        }
    }

    /// <summary>Sends a form without a server, looks at what the page says and keeps, and sends it again.</summary>
    private async Task SendTwiceAsync(ILocator form, ILocator button)
    {
        var entered = await ReadAsync(form);
        try
        {
            await app.CutLineAsync();
            await form.Locator(button).ClickAsync();

            await Assertions.Expect(form.GetByRole(AriaRole.Alert)).ToContainTextAsync(
                "The server can’t be reached. Check your connection and try again; what you entered is still here.");
            Assert.Equal(entered, await ReadAsync(form));
        }
        finally
        {
            app.RestoreLine();
        }

        await form.Locator(button).ClickAsync();
    }

    private static async Task EnterAsync(ILocator field, string value)
    {
        if (value == LostForm.Checked)
        {
            await field.CheckAsync();
        }
        else if (await field.EvaluateAsync<bool>("field => field instanceof HTMLSelectElement"))
        {
            await field.SelectOptionAsync(new SelectOptionValue { Label = value });
        }
        else
        {
            await field.FillAsync(value);
        }
    }

    private static Task<string[]> ReadAsync(ILocator form) => form.EvaluateAsync<string[]>(
        "form => [...form.elements].map(field => field.type === 'checkbox' ? String(field.checked) : field.value ?? '')");
}
