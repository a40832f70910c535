using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Features.Usage.Removal;

/// <summary>Decides whether an account's usage is deleted along with the account or by <see cref="DeletedAccounts"/>.</summary>
internal sealed class UsageRemoval(CortexDbContext db, RemovalSignal signal) : IUsageRemoval
{
    /// <summary>The maximum number of rows of each table that are deleted within a request.</summary>
    public const int MaxRows = 5_000;

    /// <remarks>
    /// Each order is an index's, so that PostgreSQL doesn't scan a table in search of rows. If the server's role may only add usage, the job couldn't remove
    /// it, but the foreign key of the account can, however much it is.
    /// </remarks>
    public Task<bool> IsTooLargeAsync(Guid userId, CancellationToken cancellationToken) => db.Database.SqlQuery<bool>(
        $"""
        SELECT has_table_privilege('usage_logs', 'DELETE') AND has_table_privilege('usage_logs', 'UPDATE') AND (
            EXISTS (SELECT FROM usage_logs WHERE user_id = {userId} ORDER BY coalesce(created_at, '-infinity'), id OFFSET {MaxRows})
            OR EXISTS (SELECT FROM usage_quarters WHERE user_id = {userId} ORDER BY quarter OFFSET {MaxRows})
            OR EXISTS (SELECT FROM usage_days WHERE user_id = {userId} ORDER BY day OFFSET {MaxRows})
            OR EXISTS (SELECT FROM usage_deltas WHERE user_id = {userId} ORDER BY quarter OFFSET {MaxRows})
            OR EXISTS (SELECT FROM api_keys CROSS JOIN LATERAL (
                    SELECT FROM usage_logs WHERE api_key_id = api_keys.id ORDER BY coalesce(created_at, '-infinity'), id LIMIT {MaxRows + 1}) AS used
                WHERE api_keys.user_id = {userId} OFFSET {MaxRows})) AS "Value"
        """).SingleAsync(cancellationToken);

    public void Start() => signal.Wake();
}
