using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Reads the names of groups that a report identifies by an id: those of API keys, and the emails of users.</summary>
internal sealed class GroupNames(NpgsqlDataSource database)
{
    private const string OfKeysSql = "SELECT id, name FROM api_keys WHERE id = ANY ($1) AND name IS NOT NULL AND ($2 OR user_id = $3)";

    private const string OfUsersSql = "SELECT id, email FROM users WHERE id = ANY ($1) AND deleted_at IS NULL";

    private static readonly Dictionary<string, string> None = [];

    /// <returns>The names by id. Revoked keys keep theirs.</returns>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        ReportScope scope, ReportGrouping? grouping, IEnumerable<string?> groups, CancellationToken cancellationToken)
    {
        if (grouping != ReportGrouping.ApiKey && grouping != ReportGrouping.User)
        {
            return None;
        }

        var isByKey = grouping == ReportGrouping.ApiKey;
        await using var command = database.CreateCommand(isByKey ? OfKeysSql : OfUsersSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>
        {
            TypedValue =
            [
                .. groups.Where(group => group is not (null or ReportGrouping.Other)).Select(group => Guid.Parse(group!, CultureInfo.InvariantCulture)),
            ],
        });
        if (isByKey)
        {
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = scope.UserId is null });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = scope.UserId ?? Guid.Empty });
        }

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var names = new Dictionary<string, string>();
        while (await row.ReadAsync(cancellationToken))
        {
            names[row.GetGuid(0).ToString()] = row.GetString(1);
        }

        return names;
    }
}
