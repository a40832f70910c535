using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The list of users: found, filtered, sorted, created, and exported.</summary>
public sealed class UsersPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const string Route = "/api/v1/admin/users";

    [Fact]
    public async Task A_search_from_the_second_page_searches_all_users_and_each_page_costs_one_request()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var requests = new List<string>();
        visitor.Context.Request += (_, request) => Note(requests, request);
        var page = await visitor.OpenAsync("/admin/users");
        var rows = Rows(page);
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        Assert.Single(requests);

        await page.Button("Next page").ClickAsync();
        await Assertions.Expect(rows).Not.ToHaveCountAsync(50);
        await Assertions.Expect(rows.GetByText("person60@example.org")).ToBeVisibleAsync();
        Assert.Contains("cursor=", page.Url, StringComparison.Ordinal);
        Assert.Equal(2, requests.Count);

        await page.GetByLabel("Search by email").FillAsync("person01");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.GetByText("person01@example.org")).ToBeVisibleAsync();
        Assert.Equal("?email=person01", new Uri(page.Url).Query);
        Assert.Equal(3, requests.Count);

        await page.GetByLabel("Search by email").FillAsync("nobody-at-all");
        await page.ShouldSayAsync("No users match.");
        await page.Button("Clear filters").ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(50);
    }

    [Fact]
    public async Task Filters_order_and_page_are_in_the_address_and_the_back_button_takes_them_back()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/users");
        var rows = Rows(page);

        await page.GetByLabel("Email address").SelectOptionAsync("Unverified");
        await page.WaitForEndOfAddressAsync("?is_verified=false");
        await Assertions.Expect(rows.Filter(new() { HasNotText = "Unverified" })).ToHaveCountAsync(0);
        await page.GetByLabel("Sort by").SelectOptionAsync("Email, Z to A");
        await Assertions.Expect(rows.First).ToContainTextAsync("user");
        await page.GetByLabel("Email address").SelectOptionAsync("Any");
        await page.GetByLabel("Tier", new() { Exact = true }).SelectOptionAsync("pro");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync(app.Ada.Email);
        var address = page.Url;

        await page.ReloadAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(page.GetByLabel("Sort by").Locator("option:checked")).ToHaveTextAsync("Email, Z to A");
        await page.GetByRole(AriaRole.Link, new() { Name = app.Ada.Email }).ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync(app.Ada.Email);
        await page.GoBackAsync();
        Assert.Equal(address, page.Url);
        await Assertions.Expect(rows).ToHaveCountAsync(1);

        await page.GoBackAsync();
        await Assertions.Expect(page.GetByLabel("Tier", new() { Exact = true }).Locator("option:checked")).ToHaveTextAsync("Any");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await page.Button("Next page").ClickAsync();
        await Assertions.Expect(rows).Not.ToHaveCountAsync(50);
        await page.GoBackAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(50);
    }

    [Fact]
    public async Task A_new_user_is_invited_by_email()
    {
        var email = app.NewEmail();
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/users");

        await page.Button("Create user").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var submit = dialog.GetByRole(AriaRole.Button, new() { Name = "Create and invite" });
        await dialog.GetByLabel("Email", new() { Exact = true }).FillAsync(app.Ada.Email);
        await submit.ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("already");
        await dialog.GetByLabel("Email", new() { Exact = true }).FillAsync(email);
        await dialog.GetByLabel("Tier", new() { Exact = true }).SelectOptionAsync("enterprise");
        await dialog.GetByLabel("Support").CheckAsync();
        await submit.ClickAsync();

        await Assertions.Expect(page.Heading()).ToHaveTextAsync(email);
        await page.ShouldSayAsync("enterprise");
        Assert.Equal("support", await app.SqlAsync(
            "SELECT r.name FROM users u JOIN user_roles ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id WHERE u.email = $1", email));
        Assert.NotEmpty(await app.NewestTokenAsync(email, "invitation"));
    }

    [Fact]
    public async Task An_export_streams_the_filtered_users_to_a_file()
    {
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        await visitor.ChooseFilesAsync();
        var page = await visitor.OpenAsync("/admin/users?email=person0");
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(9);

        await page.Button("Export as NDJSON").ClickAsync();
        await page.ShouldSayAsync("Download complete");

        var lines = (await page.ReadChosenFileAsync("users.ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var emails = lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("email").GetString()!).Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(1, 9).Select(number => $"person0{number}@example.org"), emails);
    }

    /// <summary>The rows without the header.</summary>
    private static ILocator Rows(IPage page) => page.GetByRole(AriaRole.Table, new() { Name = "Users" }).Locator("tbody tr");

    private static void Note(List<string> requests, IRequest request)
    {
        if (new Uri(request.Url).AbsolutePath == Route)
        {
            requests.Add(request.Url);
        }
    }
}
