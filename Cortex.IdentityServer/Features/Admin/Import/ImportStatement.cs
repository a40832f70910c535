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
        if (staff is not null && (await rights.LockAndCheckAsync(staff, Role.Admin, CancellationToken.None)).Refusal is { } refusal)
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
