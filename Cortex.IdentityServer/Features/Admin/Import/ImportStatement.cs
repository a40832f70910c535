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

/// <summary>Makes many accounts and their events in one statement, in one transaction with the right to do so.</summary>
/// <remarks>
/// Nobody is told to forget anything, as elsewhere after a commit: ids that are new are remembered nowhere, and a file of them would make the server ask
/// again about everybody.
/// </remarks>
internal sealed class ImportStatement(CortexDbContext db, StaffRights rights, TimeProvider clock)
{
    /// <summary>In seconds. The pool's two would cut off a batch that waits for somebody who registers one of its emails.</summary>
    private const int Timeout = 15;

    private const int MostTries = 5;

    /// <remarks>
    /// In the order of the emails, so that two imports wait for each other at most one way; of equal ones the line that came first is first. Whatever
    /// another transaction has made, or makes meanwhile, is left alone.
    /// </remarks>
    private const string Sql = """
        WITH line AS (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
                WITH ORDINALITY AS line (id, email, password_hash, tier, is_active, is_verified, created_at, event_id, details, place)
        ), created AS (
            INSERT INTO users (id, email, password_hash, subscription_tier, is_active, is_verified, created_at)
            SELECT id, email, password_hash, tier, is_active, is_verified, created_at FROM line ORDER BY cortex_fold_email(email) COLLATE "C", place
            ON CONFLICT DO NOTHING
            RETURNING id
        ), noted AS (
            INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
            SELECT line.event_id, $10, $11, $12, $13, id, $14, $15, $16, line.details FROM created JOIN line USING (id)
        )
        SELECT id FROM created
        """;

    /// <param name="rows">None, where all lines of a batch are bad; that too takes the right.</param>
    /// <param name="staff">Whose import it is; null for the operator, from whom nobody takes anything away.</param>
    /// <remarks>Not to be cancelled: whoever counts what was made has to hear of it.</remarks>
    public async Task<BatchResult> RunAsync(IReadOnlyList<ImportRow> rows, StaffMember? staff)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync(rows, staff);
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.DeadlockDetected && tries < MostTries)
            {
                // Another program inserts some of these emails in an order of its own; nothing of the batch is there.
            }
        }
    }

    private async Task<BatchResult> TryAsync(IReadOnlyList<ImportRow> rows, StaffMember? staff)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        if (staff is not null && (await rights.HoldAsync(staff, Role.Admin, CancellationToken.None)).Refusal is { } refusal)
        {
            return new BatchResult.Refused(refusal);
        }

        var made = rows.Count == 0 ? [] : await InsertAsync(rows, staff?.Origin ?? RequestOrigin.Operator);
        await transaction.CommitAsync(CancellationToken.None);
        return new BatchResult.Made(made);
    }

    private async Task<HashSet<Guid>> InsertAsync(IReadOnlyList<ImportRow> rows, RequestOrigin origin)
    {
        var now = clock.GetUtcNow();
        await using var command = new NpgsqlCommand(Sql, (NpgsqlConnection)db.Database.GetDbConnection()) { CommandTimeout = Timeout };
        Add(NpgsqlDbType.Array | NpgsqlDbType.Uuid, Column(row => row.Id));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Text, Column(row => row.Email));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Text, Column(row => row.PasswordHash));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Text, Column(row => row.Tier));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Boolean, Column(row => row.IsActive));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Boolean, Column(row => row.IsVerified));
        Add(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Column(row => row.CreatedAt));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Uuid, Column(_ => Guid.CreateVersion7(now)));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Column(Details));
        Add(NpgsqlDbType.TimestampTz, now);
        Add(NpgsqlDbType.Text, AuditAction.Imported);
        Add(NpgsqlDbType.Text, AuditLog.Success);
        Add(NpgsqlDbType.Uuid, origin.Administrator);
        Add(NpgsqlDbType.Inet, origin.Ip);
        Add(NpgsqlDbType.Text, origin.UserAgent);
        Add(NpgsqlDbType.Text, origin.RequestId);

        var created = new HashSet<Guid>(rows.Count);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            created.Add(reader.GetGuid(0));
        }

        return created;

        void Add(NpgsqlDbType type, object? value) => command.Parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });

        T[] Column<T>(Func<ImportRow, T> of) => [.. rows.Select(of)];
    }

    private static string Details(ImportRow row) => ChangeDetails.Of(
    [
        new("subscription_tier", null, row.Tier),
        new("is_active", null, row.IsActive),
        new("is_verified", null, row.IsVerified),
        new("created_at", null, JsonValue.Create(row.CreatedAt.UtcDateTime)),
    ]);
}
