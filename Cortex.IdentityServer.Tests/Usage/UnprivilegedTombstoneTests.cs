using System.Net;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <remarks>
/// A foreign key acts with the rights of its table's owner, which the server's role may lack. Then the deletion of the account has to do everything at once,
/// however much usage there is.
/// </remarks>
public sealed class UnprivilegedTombstoneTests(UnprivilegedTombstoneTests.OwnedApp app) : IClassFixture<UnprivilegedTombstoneTests.OwnedApp>
{
    [Fact]
    public async Task Without_the_right_to_delete_from_a_table_the_account_is_deleted_within_the_request()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);
        await PythonDatabase.SqlAsync<object>(
            app.Superuser, $"CREATE TABLE secrets AS SELECT id FROM users WHERE id = '{user.Id}'; ALTER TABLE secrets ADD FOREIGN KEY (id) REFERENCES users "
                + "ON DELETE CASCADE");

        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", user.Id));
        Assert.Equal("", await app.TablesOfAsync(user.Id));
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(app.Superuser, "SELECT count(*) FROM secrets"));
    }

    /// <summary>A server whose role owns the database without being a superuser.</summary>
    public sealed class OwnedApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        public string Superuser { get; private set; } = "";

        protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
        {
            var database = await OwnedDatabase.CreateAsync(cluster);
            Superuser = database.Superuser;
            return database.Owner;
        }
    }
}
