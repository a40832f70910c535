using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Reads users page by page. The time per page doesn't depend on its position, the filter, or the number of users (decision 0015).</summary>
internal sealed class UserPages(NpgsqlDataSource database)
{
    /// <summary>The page size when all users are read.</summary>
    private const int ExportPageSize = 1000;

    /// <summary>Reads the distinct tiers of all accounts by skipping through the index from one tier to the next.</summary>
    private const string Tiers = $"""
        WITH RECURSIVE tiers AS (
            (SELECT {UserSql.Tier} AS tier FROM users ORDER BY {UserSql.Tier} LIMIT 1)
            UNION ALL
            SELECT (SELECT {UserSql.Tier} FROM users WHERE {UserSql.Tier} > tiers.tier
                ORDER BY {UserSql.Tier} LIMIT 1)
            FROM tiers WHERE tiers.tier IS NOT NULL)
        SELECT tier FROM tiers WHERE tier IS NOT NULL
        """;

    /// <param name="filter">The users to read.</param>
    /// <param name="order">The order of the users.</param>
    /// <param name="after">The end of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of users. A search by email with many matches, in order of time, may return fewer although more follow.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<UserPage> PageAsync(UserFilter filter, UserOrder order, UserCursor? after, int limit, CancellationToken cancellationToken)
    {
        var tiers = filter.Tier is { } tier ? [tier] : await TiersAsync(cancellationToken);
        if (tiers.Length == 0)
        {
            return new([], null);
        }

        var sql = new UserPageSql(filter, order, tiers, after, limit + 1);
        var isScan = filter.Email is not null && filter.Role is null && !order.ByEmail && await HasManyMatchesAsync(sql, cancellationToken);
        var (found, end) = await ReadAsync(isScan ? sql.Scan : sql.Page, sql, order, cancellationToken);
        return found.Count > limit
            ? new([.. found.Take(limit).Select(row => row.User)], found[limit - 1].Position)
            : new([.. found.Select(row => row.User)], end);
    }

    /// <summary>Reads all users page by page, so that a slow reader doesn't occupy a database connection.</summary>
    public async IAsyncEnumerable<IReadOnlyList<AdminUserResponse>> AllAsync(
        UserFilter filter, UserOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UserCursor? after = null;
        do
        {
            var page = await PageAsync(filter, order, after, ExportPageSize, cancellationToken);
            yield return page.Items;
            after = page.Next;
        }
        while (after is not null);
    }

    private async Task<string[]> TiersAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Tiers);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tiers = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
        {
            tiers.Add(rows.GetString(0));
        }

        return [.. tiers];
    }

    private async Task<bool> HasManyMatchesAsync(UserPageSql sql, CancellationToken cancellationToken)
    {
        await using var command = sql.Command(database, sql.HasManyMatches);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Reads the users with their positions, and the position at which a scan ended that found fewer.</summary>
    private async Task<(List<(AdminUserResponse User, UserCursor Position)> Found, UserCursor? End)> ReadAsync(
        string text, UserPageSql sql, UserOrder order, CancellationToken cancellationToken)
    {
        await using var command = sql.Command(database, text);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(AdminUserResponse, UserCursor)>();
        UserCursor? end = null;
        while (await row.ReadAsync(cancellationToken))
        {
            var user = new AdminUserResponse(
                row.GetGuid(0),
                row.GetString(1),
                row.GetString(2),
                row.GetBoolean(3),
                row.GetBoolean(4),
                row.GetBoolean(5),
                row.GetFieldValue<DateTimeOffset?>(6),
                row.GetFieldValue<DateTimeOffset?>(7),
                row.GetFieldValue<string[]>(8));
            var position = new UserCursor(order, row.GetFieldValue<long>(11), user.Id, row.GetString(9));
            if (row.GetBoolean(10))
            {
                end = position;
            }
            else
            {
                found.Add((user, position));
            }
        }

        return (found, end);
    }
}
