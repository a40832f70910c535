using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Sync;

/// <summary>Plans to ask Polar for a user's state two hours after a checkout, in case its webhooks are lost.</summary>
internal sealed class CheckoutFollowUp(NpgsqlDataSource database, TimeProvider clock)
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(2);

    /// <summary>The lock keeps the user from being deleted in between, which would violate the foreign key.</summary>
    private const string Sql = """
        INSERT INTO billing_sweeps (user_id, due_at) SELECT id, $2 FROM users WHERE id = $1 AND deleted_at IS NULL FOR KEY SHARE
        ON CONFLICT (user_id) DO UPDATE SET due_at = least(billing_sweeps.due_at, excluded.due_at)
        """;

    public async Task PlanAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() + Delay });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
