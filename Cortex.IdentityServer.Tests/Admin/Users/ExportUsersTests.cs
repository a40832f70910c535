using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

public sealed class ExportUsersTests(PeopleApp app) : IClassFixture<PeopleApp>
{
    private const string Export = Administrators.Users + "/export";

    [Fact]
    public async Task Every_user_is_one_line_with_the_same_fields_as_in_the_list()
    {
        // More users than the server reads in one page.
        await app.SqlAsync("INSERT INTO users (email, password_hash) SELECT 'many' || n || '@example.net', '!' FROM generate_series(1, 1500) AS n");

        using var response = await app.Admin.GetAsync(Export, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("no-store", response.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        var users = text.TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(1561, users.Select(user => user.GetProperty("id").GetGuid()).Distinct().Count());
        Assert.Equal(1561, users.Count);
        var listed = (await app.Admin.PageAsync("email=person01")).GetProperty("items")[0];
        Assert.Equal(listed.GetRawText(), users.Single(user => user.GetProperty("email").GetString() == "Person01@example.org").GetRawText());
    }

    [Fact]
    public async Task The_export_accepts_the_filters_of_the_list_and_its_event_omits_their_values()
    {
        var text = await app.Admin.GetStringAsync(Export + "?email=person1&tier=pro&order=desc", TestContext.Current.CancellationToken);

        Assert.Equal(
            PeopleApp.People
                .Where(person => person.Email.StartsWith("Person1", StringComparison.Ordinal) && person.Tier == "pro")
                .Select(person => person.Email)
                .OrderDescending(StringComparer.Ordinal),
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("email").GetString()));
        Assert.Equal(
            """admin/{"filters": "email tier"}""",
            await app.SqlAsync(
                "SELECT name || '/' || details FROM audit_events JOIN user_roles ON user_roles.user_id = actor_id JOIN roles ON roles.id = role_id WHERE "
                    + "action = 'users.exported' AND audit_events.user_id IS NULL AND details->>'filters' LIKE '%tier%'"));
    }

    [Fact]
    public async Task Without_matches_the_export_is_empty() =>
        Assert.Equal("", await app.Admin.GetStringAsync(Export + "?email=nobody", TestContext.Current.CancellationToken));

    [Fact]
    public async Task An_invalid_filter_is_refused_and_leaves_no_event()
    {
        var before = await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = 'users.exported'");

        await (await app.Admin.GetAsync(Export + "?is_active=perhaps", TestContext.Current.CancellationToken)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(before, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = 'users.exported'"));
    }
}
