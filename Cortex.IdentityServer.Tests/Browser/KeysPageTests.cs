using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of API keys. A new key is shown once, so nothing may lose it.</summary>
public sealed class KeysPageTests(ConsoleBrowser browser, ConsoleApp app) : IClassFixture<ConsoleApp>
{
    [Fact]
    public async Task A_new_key_is_shown_until_its_owner_has_saved_it_and_works()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/");
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "API keys" }).ClickAsync();
        await page.GetByText("You have no API keys yet.").ShouldBeVisibleAsync();
        await page.Button("Create API key").ClickAsync();
        var form = page.Modal("Create API key");
        await form.Field("Name").FillAsync("production");
        await form.GetByLabel("usage:read").CheckAsync();
        await form.Field("Other scopes").FillAsync("memory:read, memory:write");
        await form.Field("Expires").SelectOptionAsync("90");
        await form.Field("Requests").FillAsync("500");
        await form.Button("Create API key").ClickAsync();

        var dialog = page.Modal("New API key: production");
        await page.Keyboard.PressAsync("Escape");
        await page.Mouse.ClickAsync(5, 5);
        await dialog.ShouldSayAsync("It is shown only this once");
        await page.EvaluateAsync("history.back()");
        await dialog.GetByRole(AriaRole.Alert).ShouldSayAsync("You are still on this page because the key would be lost.");
        Assert.Equal("beforeunload", await DismissReloadAsync(page));
        var key = await KeyAsync(dialog);
        await dialog.ShouldSayAsync($"curl -H \"X-API-Key: {key}\" {app.PublicUrl.GetLeftPart(UriPartial.Authority)}/api/v1/auth/me");
        await dialog.Button("I have saved it").ClickAsync();

        var row = page.Row("production");
        foreach (var text in new[] { key[..8], "usage:read", "memory:read", "memory:write", "Active", "500 requests" })
        {
            await row.ShouldSayAsync(text);
        }

        await dialog.ShouldBeGoneAsync();
        Assert.DoesNotContain(key, await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(key));
    }

    [Fact]
    public async Task Copying_a_key_says_so_and_a_failed_copy_selects_it()
    {
        await using var visitor = await ArriveAsync();
        await visitor.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await visitor.OpenAsync("/keys");
        var dialog = await CreateAsync(page, "copied");
        var key = await KeyAsync(dialog);

        await dialog.Button("Copy key").ClickAsync();
        await dialog.Button("Copied").ShouldBeVisibleAsync();
        await page.RefuseCopyingAsync();
        await dialog.Button("Copy key").ClickAsync();

        await dialog.GetByRole(AriaRole.Alert).ShouldSayAsync("The browser didn’t allow copying. The key is selected");
        Assert.Equal(key, (await page.EvaluateAsync<string>("getSelection().toString()")).Trim());
    }

    [Fact]
    public async Task A_key_is_rotated_with_an_overlap_turned_off_and_on_and_revoked()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");
        var old = await SaveAsync(await CreateAsync(page, "worker"));

        await page.Button("Rotate: worker").ClickAsync();
        var form = page.Modal("Rotate “worker”");
        await form.Field("The old key keeps working").SelectOptionAsync("For 24 hours");
        await form.Button("Rotate").ClickAsync();
        var current = await SaveAsync(page.Modal("New API key: worker"));

        await page.Row("Being replaced").ShouldSayAsync($"Replaced by {current[..8]}");
        await page.Row("Being replaced").ShouldSayAsync("Works until");
        var row = page.Row("Active");
        await row.ShouldSayAsync("worker");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(old), await StatusAsync(current)));

        await row.Button("Turn off: worker").ClickAsync();
        var off = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.Button("Turn on: worker") });
        await off.ShouldSayAsync("Off");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(current));
        await off.Button("Turn on: worker").ClickAsync();
        await row.ShouldBeVisibleAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(current));

        await row.Button("Revoke: worker").ClickAsync();
        await page.Modal("Revoke “worker”?").ShouldSayAsync("The key stops working at once, everywhere.");
        await page.Modal("Revoke “worker”?").Button("Revoke key").ClickAsync();
        await row.ShouldBeGoneAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(current));
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_of_the_form_loses_nothing()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");
        await page.Button("Create API key").ClickAsync();
        var form = page.Modal("Create API key");
        await form.Field("Name").FillAsync("patient");
        await form.Field("Other scopes").FillAsync("memory:read");
        await form.Field("Expires").SelectOptionAsync("custom");
        await form.Field("Days until the key expires").FillAsync("45");
        await form.Field("Tokens").FillAsync("7000");

        await app.CutLineAsync();
        await form.Button("Create API key").ClickAsync();
        await form.GetByRole(AriaRole.Alert).ShouldSayAsync(PageExtensions.Unreachable);
        await form.Field("Name").ShouldHoldAsync("patient");
        await form.Field("Other scopes").ShouldHoldAsync("memory:read");
        await form.Field("Days until the key expires").ShouldHoldAsync("45");
        await form.Field("Tokens").ShouldHoldAsync("7000");
        app.RestoreLine();
        await form.Button("Create API key").ClickAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(await SaveAsync(page.Modal("New API key: patient"))));
        await page.Row("patient").ShouldSayAsync("7,000 tokens");
    }

    [Fact]
    public async Task A_message_of_the_server_appears_at_its_field()
    {
        await using var visitor = await ArriveAsync();
        var page = await visitor.OpenAsync("/keys");
        await page.Button("Create API key").ClickAsync();
        var form = page.Modal("Create API key");
        await form.Field("Name").FillAsync("rich");
        await form.Field("Cost in US dollars").FillAsync("plenty");
        await form.Button("Create API key").ClickAsync();

        await Assertions.Expect(form.Field("Cost in US dollars")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(form.Field("Cost in US dollars")).ToBeFocusedAsync();
        await form.Field("Cost in US dollars").FillAsync("2.50");
        await form.Button("Create API key").ClickAsync();
        await SaveAsync(page.Modal("New API key: rich"));
        await page.Row("rich").ShouldSayAsync("$2.50");
    }

    [Fact]
    public async Task Keys_that_nobody_has_used_for_ninety_days_are_marked_and_found()
    {
        var user = await app.RegisterAsync();
        var http = app.WithToken((await app.LogInAsync(user)).AccessToken);
        foreach (var number in Enumerable.Range(1, 6))
        {
            await (await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = $"key {number}" })).ShouldBeAsync(HttpStatusCode.Created);
        }

        await app.SqlAsync("UPDATE api_keys SET created_at = now() - interval '100 days' WHERE user_id = $1 AND name = 'key 3'", user.Id);
        await using var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(user);
        var page = await visitor.OpenAsync("/keys");

        await page.Row("key 3").ShouldSayAsync("Not used for 90 days");
        await page.Field("Show").SelectOptionAsync("Not used for 90 days");
        await page.WaitForQueryAsync("show=unused");
        await page.Row("key 1").ShouldBeGoneAsync();
        await page.Row("key 3").ShouldBeVisibleAsync();
        await page.GoBackAsync();
        await page.Row("key 1").ShouldBeVisibleAsync();
        await page.Field("Search by name or prefix").FillAsync("key 5");
        await page.Row("key 1").ShouldBeGoneAsync();
        await page.Row("key 5").ShouldBeVisibleAsync();
    }

    private async Task<Visitor> ArriveAsync()
    {
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(await app.RegisterAsync());
        return visitor;
    }

    /// <summary>Creates a key, and returns the dialog that shows it.</summary>
    private static async Task<ILocator> CreateAsync(IPage page, string name)
    {
        await page.Button("Create API key").ClickAsync();
        await page.Modal("Create API key").Field("Name").FillAsync(name);
        await page.Modal("Create API key").Button("Create API key").ClickAsync();
        return page.Modal($"New API key: {name}");
    }

    private static async Task<string> KeyAsync(ILocator dialog) => (await dialog.Locator("code").First.InnerTextAsync()).Trim();

    private static async Task<string> SaveAsync(ILocator dialog)
    {
        var key = await KeyAsync(dialog);
        await dialog.Button("I have saved it").ClickAsync();
        return key;
    }

    /// <summary>Reloads the page, answers the browser's question with no, and returns the question's kind.</summary>
    private static async Task<string> DismissReloadAsync(IPage page)
    {
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Dialog += async (_, question) =>
        {
            await question.DismissAsync();
            asked.TrySetResult(question.Type);
        };
        await page.EvaluateAsync("setTimeout(() => location.reload())");
        return await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private async Task<HttpStatusCode> StatusAsync(string key) => (await app.WithKey(key).FetchAsync("/api/v1/auth/me")).StatusCode;
}
