using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Finds the owners of API keys by the ids of the keys, whether or not the keys still work: their usage may be reported late.</summary>
internal sealed class ApiKeyOwners(NpgsqlDataSource database)
{
    private const string Sql = $"""
        SELECT api_keys.id, user_id FROM api_keys JOIN users ON users.id = user_id WHERE api_keys.id = ANY ($1) AND {UserSql.Exists}
        """;

    /// <returns>The user id by key id, without unknown keys and those of deleted accounts.</returns>
    public async Task<Dictionary<Guid, Guid>> FindAsync(Guid[] keyIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = keyIds });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var owners = new Dictionary<Guid, Guid>();
        while (await row.ReadAsync(cancellationToken))
        {
            owners[row.GetGuid(0)] = row.GetGuid(1);
        }

        return owners;
    }
}
