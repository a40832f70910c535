using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

public sealed class ListUsersTests(PeopleApp app) : IClassFixture<PeopleApp>
{
    private static readonly string[] Fields =
        ["created_at", "email", "id", "is_active", "is_verified", "roles", "subscription_tier", "two_factor_enabled", "updated_at"];

    [Fact]
    public async Task A_user_in_the_list_has_exactly_the_documented_fields()
    {
        var page = await app.Admin.PageAsync("role=admin");

        var admin = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(Fields, admin.EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal(["admin"], admin.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.True(admin.GetProperty("two_factor_enabled").GetBoolean());
        Assert.EndsWith("Z", admin.GetProperty("created_at").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next_cursor").ValueKind);
    }

    [Theory]
    [InlineData("sort=email")]
    [InlineData("sort=email&order=asc")]
    [InlineData("email=person")]
    [InlineData("email=PERSON&sort=email&limit=200")]
    public async Task Sorting_by_email_goes_from_A_to_Z_and_ignores_case(string query) =>
        Assert.Equal(
            PeopleApp.People.Select(person => person.Email).Order(StringComparer.OrdinalIgnoreCase), (await app.Admin.WalkAsync(query)).Where(IsPerson));

    [Theory]
    [InlineData("")]
    [InlineData("sort=created_at")]
    [InlineData("sort=created_at&order=desc&email=person")]
    [InlineData("limit=1")]
    [InlineData("limit=200")]
    public async Task Sorting_by_time_lists_the_newest_first(string query) =>
        Assert.Equal(Days.Reverse(), (await app.Admin.WalkAsync(query)).Where(IsPerson).Select(DayOf));

    [Theory]
    [InlineData("order=asc")]
    [InlineData("order=asc&limit=7&email=person&sort=created_at")]
    public async Task Ascending_order_lists_the_oldest_first(string query) =>
        Assert.Equal(Days, (await app.Admin.WalkAsync(query)).Where(IsPerson).Select(DayOf));

    [Fact]
    public async Task Descending_order_lists_emails_from_Z_to_A() => Assert.Equal(
        PeopleApp.People.Select(person => person.Email).OrderDescending(StringComparer.OrdinalIgnoreCase),
        (await app.Admin.WalkAsync("sort=email&order=desc&limit=11")).Where(IsPerson));

    /// <summary>Tries every combination of filters, sorted by email and by time, with pages that are smaller than the result.</summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Filters_combine(string? tier, bool? active, bool? verified, string? prefix, string sort)
    {
        var query = string.Join('&', new[]
        {
            "limit=4", "sort=" + sort,
            tier is null ? null : "tier=" + tier,
            active is null ? null : "is_active=" + (active.Value ? "true" : "false"),
            verified is null ? null : "is_verified=" + (verified.Value ? "true" : "false"),
            prefix is null ? null : "email=" + prefix,
        }.OfType<string>());

        var found = (await app.Admin.WalkAsync(query)).Where(IsPerson).ToList();

        Assert.Equal(found.Distinct(), found);
        Assert.Equal(
            PeopleApp.People.Where(person => (tier is null || person.Tier == tier) && (active is null || person.Active == active)
                && (verified is null || person.Verified == verified)
                && (prefix is null || person.Email.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).Select(person => person.Email).Order(),
            found.Order());
    }

    public static TheoryData<string?, bool?, bool?, string?, string> Combinations()
    {
        var data = new TheoryData<string?, bool?, bool?, string?, string>();
        foreach (var tier in new[] { null, "pro", "enterprise" })
        {
            foreach (var active in new bool?[] { null, false })
            {
                foreach (var verified in new bool?[] { null, true })
                {
                    foreach (var prefix in new[] { null, "pErSoN1" })
                    {
                        data.Add(tier, active, verified, prefix, "email");
                        data.Add(tier, active, verified, prefix, "created_at");
                    }
                }
            }
        }

        return data;
    }

    [Fact]
    public async Task Rows_with_NULLs_count_as_the_column_defaults_and_come_last()
    {
        await app.SqlAsync(
            "INSERT INTO users (email, password_hash, subscription_tier, is_active, is_verified, created_at) VALUES ('Null1@example.net', '!', NULL, NULL, "
                + "NULL, NULL), ('null2@example.net', '!', NULL, NULL, NULL, NULL)");

        Assert.Equal(["Null1@example.net", "null2@example.net"], await app.Admin.WalkAsync("email=null&tier=free&is_active=true&is_verified=false&limit=1"));
        var all = await app.Admin.WalkAsync("limit=9");
        Assert.Equal(["Null1@example.net", "null2@example.net"], all[^2..].Order());
        Assert.Equal(all.Count, all.Distinct().Count());
        var page = await app.Admin.PageAsync("email=null1");
        Assert.Equal("free", page.GetProperty("items")[0].GetProperty("subscription_tier").GetString());
        Assert.Equal(JsonValueKind.Null, page.GetProperty("items")[0].GetProperty("created_at").ValueKind);
        await app.SqlAsync("DELETE FROM users WHERE email ILIKE 'null_@example.net'");
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1000000000", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("tier=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "tier")]
    [InlineData("tier=", "tier")]
    [InlineData("tier=a%00b", "tier")]
    [InlineData("is_active=yes", "is_active")]
    [InlineData("is_active=true&is_active=false", "is_active")]
    [InlineData("is_verified=1", "is_verified")]
    [InlineData("role=root", "role")]
    [InlineData("sort=password_hash", "sort")]
    [InlineData("sort=email,id", "sort")]
    [InlineData("order=up", "order")]
    [InlineData("email=%00", "email")]
    [InlineData("email=%EF%BF%BE", "email")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=%00", "cursor")]
    [InlineData("cursor=__________________________________", "cursor")]
    [InlineData("cursor=AQAA&sort=email", "cursor")]
    public async Task An_invalid_value_is_rejected_with_the_name_of_its_parameter(string query, string field)
    {
        var problem = await (await app.Admin.GetAsync($"{Administrators.Users}?{query}", TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task A_search_supports_no_wildcards_and_one_that_is_too_long_is_refused()
    {
        Assert.Empty(await app.Admin.WalkAsync("email=person%25"));
        Assert.Empty(await app.Admin.WalkAsync("email=person_"));
        Assert.Empty(await app.Admin.WalkAsync("email=%27%3B--"));
        Assert.NotEmpty(await app.Admin.WalkAsync("email="));
        await (await app.Admin.GetAsync($"{Administrators.Users}?email={new string('a', 255)}", TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task A_cursor_from_another_order_is_refused()
    {
        var byEmail = (await app.Admin.PageAsync("sort=email&limit=1")).GetProperty("next_cursor").GetString();

        await (await app.Admin.GetAsync($"{Administrators.Users}?cursor={byEmail}", TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(400, "validation_failed");
        await (await app.Admin.GetAsync($"{Administrators.Users}?sort=email&order=desc&cursor={byEmail}", TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(400, "validation_failed");
    }

    private static IEnumerable<int> Days => Enumerable.Range(0, 60).Select(n => n / 2);

    private static bool IsPerson(string email) => email.StartsWith("Person", StringComparison.Ordinal);

    private static int DayOf(string email) => PeopleApp.People.ToList().FindIndex(person => person.Email == email) / 2;
}
