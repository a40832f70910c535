using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The server dies while somebody fills in a form: the page says what to do, and nothing that was entered is lost.</summary>
public sealed class LostServerTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
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
        var user = await app.RegisterAsync();
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

        var entered = await ReadAsync(fields);
        try
        {
            await app.CutLineAsync();
            await fields.Locator(page.Button(form.Button)).ClickAsync();

            await Assertions.Expect(fields.GetByRole(AriaRole.Alert)).ToContainTextAsync(
                "The server can’t be reached. Check your connection and try again; what you entered is still here.");
            Assert.Equal(entered, await ReadAsync(fields));
        }
        finally
        {
            app.RestoreLine();
        }

        await fields.Locator(page.Button(form.Button)).ClickAsync();
        await page.ShouldSayAsync(Insert(form.Done));
        if (form.Opener is not null)
        {
            await Assertions.Expect(fields).ToHaveCountAsync(0);
        }
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
