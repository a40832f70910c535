using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>The owner of the database may have other tables in it, and their foreign keys may prevent the deletion of a user or a key.</remarks>
public sealed class ReferencedAccountTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Me = "/api/v1/auth/me";
    private const string Keys = "/api/v1/auth/api-keys/";

    /// <summary>The kinds of columns that prevent the deletion of a user.</summary>
    public static TheoryData<string, string> References => new()
    {
        { "orders_plain", "user_id uuid REFERENCES users" },
        { "orders_restrict", "user_id uuid REFERENCES users ON DELETE RESTRICT" },
        { "orders_at_commit", "user_id uuid REFERENCES users DEFERRABLE INITIALLY DEFERRED" },
        { "orders_not_null", "user_id uuid NOT NULL REFERENCES users ON DELETE SET NULL" },
        { "orders_checked", "user_id uuid REFERENCES users ON DELETE SET NULL CHECK (user_id IS NOT NULL)" },
    };

    [Theory]
    [MemberData(nameof(References))]
    public async Task Deleting_an_account_that_another_table_references_returns_409_with_the_tables_name_and_changes_nothing(string table, string column)
    {
        await app.SqlAsync($"CREATE TABLE {table} ({column})");
        var (user, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync($"INSERT INTO {table} VALUES ($1)", user.Id);
        var admin = await app.AdminAsync();
        await app.WaitForEmailsAsync();
        var emails = (await app.Mailbox.ForAsync(user.Email)).Count;
        var events = await EventsAsync(user.Id);

        foreach (var answer in new[] { await DeleteMeAsync(http, user), await admin.Http.RemoveAsync($"{Administrators.Users}/{user.Id}") })
        {
            var problem = await answer.ShouldBeProblemAsync(409, "in_use");
            Assert.Contains(table, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(events, await EventsAsync(user.Id));
        await app.WaitForEmailsAsync();
        Assert.Equal(emails, (await app.Mailbox.ForAsync(user.Email)).Count);

        await app.SqlAsync($"DROP TABLE {table}");
        await (await DeleteMeAsync(app.WithToken((await app.LogInAsync(user)).AccessToken), user)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>Without this, every registration would fail with a misleading error.</remarks>
    [Fact]
    public async Task A_violated_foreign_key_on_users_itself_is_not_reported_as_a_deleted_account()
    {
        await app.SqlAsync("CREATE TABLE orgs (id integer PRIMARY KEY)");
        await app.SqlAsync("ALTER TABLE users ADD COLUMN org_id integer REFERENCES orgs");
        await app.SqlAsync("ALTER TABLE users ALTER COLUMN org_id SET DEFAULT 1");
        try
        {
            var body = new { email = app.NewEmail(), password = TestUser.DefaultPassword };
            await (await app.Anonymous().PostAsync("/api/v1/auth/register", body)).ShouldBeProblemAsync(500, "internal_error");
        }
        finally
        {
            await app.SqlAsync("ALTER TABLE users DROP COLUMN org_id");
        }
    }

    [Theory]
    [InlineData("meters_plain", "")]
    [InlineData("meters_at_commit", "DEFERRABLE INITIALLY DEFERRED")]
    public async Task A_key_that_another_table_references_can_be_revoked_but_the_account_cannot_be_deleted(string table, string when)
    {
        await app.SqlAsync($"CREATE TABLE {table} (api_key_id uuid REFERENCES api_keys {when})");
        var (user, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync($"INSERT INTO {table} VALUES ($1)", id);
        var admin = await app.AdminAsync();

        foreach (var answer in new[] { await DeleteMeAsync(http, user), await admin.Http.RemoveAsync($"{Administrators.Users}/{user.Id}") })
        {
            Assert.Contains(table, (await answer.ShouldBeProblemAsync(409, "in_use")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.RemoveAsync(Keys + id)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        await app.SqlAsync($"TRUNCATE {table}");
        await (await DeleteMeAsync(http, user)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_table_whose_rows_are_deleted_with_the_account_does_not_prevent_the_deletion()
    {
        await app.SqlAsync("CREATE TABLE notes (user_id uuid REFERENCES users ON DELETE CASCADE)");
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("INSERT INTO notes VALUES ($1)", user.Id);

        await (await DeleteMeAsync(http, user)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM notes WHERE user_id = $1", user.Id));
    }

    private async Task<object?> EventsAsync(Guid user) =>
        await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'user.deleted'", user);

    private static Task<HttpResponseMessage> DeleteMeAsync(HttpClient http, TestUser user) => http.SendAsync(
        new HttpRequestMessage(HttpMethod.Delete, Me) { Content = JsonContent.Create(new { password = user.Password }) },
        TestContext.Current.CancellationToken);
}
