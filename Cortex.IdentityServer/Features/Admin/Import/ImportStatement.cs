using System.Text.Json.Nodes;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>
/// Inserts a batch of accounts and their audit events with one statement, in a transaction that also checks the administrator's authorization.
/// </summary>
/// <remarks>
/// Unlike other changes, this one sends no cache invalidations: no cache holds the new ids yet, and the notices of a whole file would flush the caches of
/// all users.
/// </remarks>
internal sealed class ImportStatement(CortexDbContext db, StaffAuthorizer authorizer, TimeProvider clock)
{
    /// <summary>
    /// The timeout in seconds. The default of two seconds would cancel a batch that waits for another transaction that registers one of its emails.
    /// </summary>
    private const int TimeoutSeconds = 15;

    private const int MaxAttempts = 5;

    /// <remarks>
    /// Rows are inserted in the order of their emails, so that two imports can't deadlock; of lines with the same email, the first one wins. Accounts that
    /// another transaction has created, or creates concurrently, are left unchanged.
    /// </remarks>
    private static readonly string Sql = $"""
        WITH line AS (
            SELECT * FROM unnest(@ids, @emails, @hashes, @tiers, @active, @verified, @created, @events, @details)
                WITH ORDINALITY AS line (id, email, password_hash, subscription_tier, is_active, is_verified, created_at, event_id, details, place)
        ), created AS (
            {UserSql.Insert("line", order: "place")}
            RETURNING id
        ), recorded AS (
            {AuditInsert.Sql(
                $"'{AuditAction.Imported}'", $"'{AuditLog.Success}'", "id", "line.details", "FROM created JOIN line USING (id)", actorId: "@actor",
                id: "line.event_id")}
        )
        SELECT id FROM created
        """;

    /// <param name="rows">The accounts to create. If all lines of a batch are invalid there are none, but the authorization is still checked.</param>
    /// <param name="staff">The administrator who imports; null for the operator, who isn't authorized per request.</param>
    /// <remarks>This can't be canceled, because the caller has to learn which accounts were committed.</remarks>
    public async Task<BatchResult> RunAsync(IReadOnlyList<ImportRow> rows, StaffMember? staff)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync(rows, staff);
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.DeadlockDetected && tries < MaxAttempts)
            {
                // Another program inserts some of these emails in a different order. The batch was rolled back, so it can be retried.
            }
        }
    }

    private async Task<BatchResult> TryAsync(IReadOnlyList<ImportRow> rows, StaffMember? staff)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        if (staff is not null && (await authorizer.LockAndAuthorizeAsync(staff, Role.Admin, CancellationToken.None)).Refusal is { } refusal)
        {
            return new BatchResult.Refused(refusal);
        }

        var created = rows.Count == 0 ? [] : await InsertAsync(rows, staff?.Origin ?? RequestOrigin.Operator);
        await transaction.CommitAsync(CancellationToken.None);
        return new BatchResult.Created(created);
    }

    private async Task<HashSet<Guid>> InsertAsync(IReadOnlyList<ImportRow> rows, RequestOrigin origin)
    {
        var now = clock.GetUtcNow();
        await using var command = new NpgsqlCommand(Sql, (NpgsqlConnection)db.Database.GetDbConnection()) { CommandTimeout = TimeoutSeconds };
        Add("ids", NpgsqlDbType.Uuid, row => row.Id);
        Add("emails", NpgsqlDbType.Text, row => row.Email);
        Add("hashes", NpgsqlDbType.Text, row => row.PasswordHash);
        Add("tiers", NpgsqlDbType.Text, row => row.Tier);
        Add("active", NpgsqlDbType.Boolean, row => row.IsActive);
        Add("verified", NpgsqlDbType.Boolean, row => row.IsVerified);
        Add("created", NpgsqlDbType.TimestampTz, row => row.CreatedAt);
        Add("events", NpgsqlDbType.Uuid, _ => Guid.CreateVersion7(now));
        Add("details", NpgsqlDbType.Jsonb, Details);
        command.Parameters.AddRange(AuditInsert.Parameters(now, origin));
        command.Parameters.Add(AuditInsert.User("actor", origin.Administrator));

        var created = new HashSet<Guid>(rows.Count);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            created.Add(reader.GetGuid(0));
        }

        return created;

        void Add<T>(string name, NpgsqlDbType type, Func<ImportRow, T> column) =>
            command.Parameters.Add(new(name, NpgsqlDbType.Array | type) { Value = rows.Select(column).ToArray() });
    }

    private static string Details(ImportRow row) => ChangeDetails.Of(
    [
        new("subscription_tier", null, row.Tier),
        new("is_active", null, row.IsActive),
        new("is_verified", null, row.IsVerified),
        new("created_at", null, JsonValue.Create(row.CreatedAt.UtcDateTime)),
    ]);
}
