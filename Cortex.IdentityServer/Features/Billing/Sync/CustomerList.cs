using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>Lists the users that <c>billing sync</c> asks Polar for.</summary>
internal sealed class CustomerList(NpgsqlDataSource database)
{
    private const int PageSize = 1000;

    private const string CustomersSql = """
        SELECT user_id FROM (SELECT user_id FROM billing_sweeps UNION SELECT user_id FROM billing_customers) AS known WHERE user_id > $1
        ORDER BY user_id LIMIT $2
        """;

    private const string UsersSql = "SELECT id FROM users WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT $2";

    /// <param name="all">Whether to list all users rather than only those who are customers or have begun a checkout.</param>
    /// <param name="cancellationToken">Cancels the list.</param>
    public async IAsyncEnumerable<Guid> ListAsync(
        bool all, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new List<Guid> { Guid.Empty };
        do
        {
            page = await ReadAsync(all ? UsersSql : CustomersSql, page[^1], cancellationToken);
            foreach (var user in page)
            {
                yield return user;
            }
        }
        while (page.Count == PageSize);
    }

    private async Task<List<Guid>> ReadAsync(string sql, Guid after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize });
        var users = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            users.Add(row.GetGuid(0));
        }

        return users;
    }
}
