using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>Lists Polar's customers that are linked to a user, whether or not Polar knows the user's id.</summary>
internal sealed class LinkedCustomers(NpgsqlDataSource database)
{
    private const string Sql = "SELECT customer_id FROM billing_customers WHERE user_id = $1 ORDER BY created_at DESC, customer_id LIMIT 10";

    /// <summary>Returns Polar's ids of up to ten customers, the most recent ones first.</summary>
    public async Task<List<string>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        var customers = new List<string>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            customers.Add(row.GetString(0));
        }

        return customers;
    }
}
