using System.Net;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <remarks>
/// A foreign key acts with the rights of its table's owner, which the server's role may lack. Then the deletion of the account has to do everything at once,
/// however much usage there is.
/// </remarks>
public sealed class UnprivilegedTombstoneTests(UnprivilegedTombstoneTests.ServingApp app) : IClassFixture<UnprivilegedTombstoneTests.ServingApp>
{
    [Fact]
    public async Task With_the_documented_privileges_usage_is_removed_after_the_response()
    {
        var (user, http) = await LargeAccountAsync();
        await using (await app.PauseRemovalAsync())
        {
            await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

            Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1 AND deleted_at IS NOT NULL", user.Id));
        }

        await app.WaitForRemovalAsync();
        Assert.Equal("", await app.TablesOfAsync(user.Id));
    }

    [Fact]
    public async Task Without_the_right_to_delete_from_a_table_the_account_is_deleted_within_the_request()
    {
        var (user, http) = await LargeAccountAsync();
        await RunAsOwnerAsync(
            $"CREATE TABLE secrets AS SELECT id FROM users WHERE id = '{user.Id}'; "
                + $"ALTER TABLE secrets ADD FOREIGN KEY (id) REFERENCES users ON DELETE CASCADE; REVOKE ALL ON secrets FROM {app.Role}");

        await ShouldDeleteAtOnceAsync(user, http);

        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(app.Owner, "SELECT count(*) FROM secrets"));
        await RunAsOwnerAsync("DROP TABLE secrets");
    }

    [Fact]
    public async Task If_the_role_may_only_add_usage_the_account_is_deleted_within_the_request()
    {
        var (user, http) = await LargeAccountAsync();
        await RunAsOwnerAsync($"REVOKE DELETE ON usage_logs FROM {app.Role}");

        await ShouldDeleteAtOnceAsync(user, http);

        await RunAsOwnerAsync($"GRANT DELETE ON usage_logs TO {app.Role}");
    }

    private async Task ShouldDeleteAtOnceAsync(TestUser user, HttpClient http)
    {
        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", user.Id));
        Assert.Equal("", await app.TablesOfAsync(user.Id));
    }

    private async Task<(TestUser User, HttpClient Http)> LargeAccountAsync()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);
        return (user, http);
    }

    private Task<object> RunAsOwnerAsync(string sql) => PythonDatabase.SqlAsync<object>(app.Owner, sql);

    /// <summary>A server whose role owns nothing and has the documented privileges.</summary>
    public sealed class ServingApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        /// <summary>The connection string of the database's owner.</summary>
        public string Owner { get; private set; } = "";

        /// <summary>The name of the server's role.</summary>
        public string Role { get; private set; } = "";

        protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
        {
            var database = await OwnedDatabase.MigratedAsync(cluster);
            var serving = await database.AddServingRoleAsync();
            (Owner, Role) = (database.Owner, OwnedDatabase.RoleOf(serving));
            return serving;
        }
    }
}
