using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Users of another system are imported from a file.</summary>
public sealed class ImportPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private const string NotJson = "this is no JSON";
    private const string NoEmail = """{"email": "nobody"}""";

    /// <summary>Three pieces.</summary>
    private const int ManyUsers = 11_000;

    [Fact]
    public async Task Good_lines_become_users_and_bad_ones_can_be_downloaded()
    {
        string[] lines =
        [
            """{"email": "grace@example.com", "subscription_tier": "pro", "is_verified": true}""", NotJson, """{"email": "alan@example.com"}""",
            $$"""{"email": "{{app.Ada.Email}}"}""", NoEmail, """{"email": "edsger@example.com"}""",
        ];
        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/import");

        await ChooseAsync(page, string.Join('\n', lines));
        await page.Button("Start import").ClickAsync();
        await page.ShouldSayAsync("The import is complete. Created: 3. Already existed: 1. Refused: 2.");

        Assert.Equal("pro", await app.SqlAsync("SELECT subscription_tier FROM users WHERE email = 'grace@example.com'"));
        var (name, refused) = await page.DownloadAsync(page.Button("Download refused lines"));
        Assert.Equal("refused-lines.ndjson", name);
        Assert.Equal($"{NotJson}\n{NoEmail}\n", refused);
        var (_, reasons) = await page.DownloadAsync(page.Button("Download results with reasons"));
        var results = reasons.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([2, 4, 5], results.Select(result => result.GetProperty("line").GetInt32()));
        Assert.Equal([NotJson, lines[3], NoEmail], results.Select(result => result.GetProperty("text").GetString()!));
        Assert.Equal("email_taken", results[1].GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_import_goes_on_where_the_server_was_killed_and_creates_everybody_once()
    {
        var file = new StringBuilder();
        for (var number = 0; number < ManyUsers; number++)
        {
            file.Append("{\"email\": \"moved").Append(number).Append("@example.net\"}\n");
        }

        await using var visitor = await app.VisitAsync(browser, app.Admin);
        var page = await visitor.OpenAsync("/admin/import");
        await ChooseAsync(page, file.ToString());
        var pieces = 0;
        await page.RunAndWaitForRequestAsync(
            () => page.Button("Start import").ClickAsync(),
            request => request.Url.EndsWith("/users/import", StringComparison.Ordinal) && ++pieces == 2);
        await app.CutLineAsync();

        await page.ShouldSayAsync("The import stopped at line");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        app.RestoreLine();
        await page.GetByRole(AriaRole.Link, new() { Name = "Users", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Leave while the import isn’t complete?");
        await page.Button("Cancel").ClickAsync();
        await page.Button("Resume").ClickAsync();

        await page.ShouldSayAsync("The import is complete. Created:");
        Assert.Equal((long)ManyUsers, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'moved%@example.net'"));
        await Assertions.Expect(page.GetByText("Lines refused").Locator("xpath=following-sibling::*")).ToHaveTextAsync("0");
    }

    private static Task ChooseAsync(IPage page, string text) => page.Locator("input[type=file]").SetInputFilesAsync(
        new FilePayload { Name = "users.ndjson", MimeType = "application/x-ndjson", Buffer = Encoding.UTF8.GetBytes(text) });
}
