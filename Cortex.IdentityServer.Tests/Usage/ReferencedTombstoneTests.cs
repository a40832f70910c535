using System.Net;
using Cortex.IdentityServer.Tests.Accounts;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <remarks>
/// The foreign keys of the database owner's tables have the same effect on an account with much usage as on any other (<see cref="ReferencedAccountTests"/>),
/// although its row remains for a while.
/// </remarks>
public sealed class ReferencedTombstoneTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Theory]
    [MemberData(nameof(ReferencedAccountTests.References), MemberType = typeof(ReferencedAccountTests))]
    public async Task Deleting_a_referenced_account_returns_409_and_changes_nothing(string table, string column)
    {
        await app.SqlAsync($"CREATE TABLE {table} ({column})");
        var (user, key, http) = await LargeAccountAsync();
        await app.SqlAsync($"INSERT INTO {table} VALUES ($1)", user.Id);

        var problem = await (await http.DeleteMeAsync(user)).ShouldBeProblemAsync(409, "in_use");

        Assert.Contains(table, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'user.deleted'", user.Id));
        await app.SqlAsync($"DROP TABLE {table}");
        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("meters", "api_key_id uuid REFERENCES api_keys", "SELECT id FROM api_keys WHERE user_id = $1")]
    [InlineData("\"{0} Notes\"", "usage_id uuid REFERENCES usage_logs", "SELECT id FROM usage_logs WHERE user_id = $1 LIMIT 1")]
    public async Task References_to_its_keys_or_its_usage_count_as_well(string table, string column, string select)
    {
        await app.SqlAsync($"CREATE TABLE {table} ({column})");
        var (user, _, http) = await LargeAccountAsync();
        await app.SqlAsync($"INSERT INTO {table} {select}", user.Id);

        await (await http.DeleteMeAsync(user)).ShouldBeProblemAsync(409, "in_use");

        await app.SqlAsync($"DROP TABLE {table}");
        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Rows_that_belong_to_the_account_are_deleted_or_detached_before_the_response()
    {
        await app.SqlAsync("CREATE TABLE notes (owner uuid REFERENCES users ON DELETE CASCADE, text text)");
        await app.SqlAsync("CREATE TABLE posts (author uuid REFERENCES users ON DELETE SET NULL, editor uuid REFERENCES users ON DELETE SET NULL)");
        await app.SqlAsync("CREATE TABLE labels (email varchar(255) REFERENCES users (email) ON DELETE CASCADE)");
        await app.SqlAsync("CREATE TABLE settings (api_key_id uuid REFERENCES api_keys ON DELETE CASCADE)");
        await app.SqlAsync("CREATE TABLE receipts (usage_id uuid REFERENCES usage_logs ON DELETE CASCADE)");
        var (other, _, _) = await app.SignUpAsync();
        var (user, _, http) = await LargeAccountAsync();
        await app.SqlAsync("INSERT INTO notes VALUES ($1, 'gone'), ($2, 'kept')", user.Id, other.Id);
        await app.SqlAsync("INSERT INTO posts VALUES ($1, $2), ($2, $1)", user.Id, other.Id);
        await app.SqlAsync("INSERT INTO labels SELECT email FROM users WHERE id IN ($1, $2)", user.Id, other.Id);
        await app.SqlAsync("INSERT INTO settings SELECT id FROM api_keys WHERE user_id = $1", user.Id);
        await app.SqlAsync("INSERT INTO receipts SELECT id FROM usage_logs WHERE user_id = $1", user.Id);
        await using (await app.PauseRemovalAsync())
        {
            await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

            Assert.Equal(
                $"kept {other.Id} 1 {other.Email} 0",
                await app.SqlAsync(
                    "SELECT concat_ws(' ', (SELECT string_agg(text, ',') FROM notes), "
                        + "(SELECT string_agg(DISTINCT coalesce(author, editor)::text, ',') FROM posts), "
                        + "(SELECT count(*) FROM posts WHERE author IS NULL), (SELECT string_agg(email, ',') FROM labels), (SELECT count(*) FROM settings))"));
        }

        await app.WaitForRemovalAsync();
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM receipts"));
    }

    private async Task<(TestUser User, string Key, HttpClient Http)> LargeAccountAsync()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);
        return (user, key, http);
    }
}
