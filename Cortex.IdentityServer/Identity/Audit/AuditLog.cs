using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Records what happens to accounts, in the transaction in which it happens.</summary>
internal sealed class AuditLog(CortexDbContext db, TimeProvider clock)
{
    public const string Success = "success";
    public const string Failure = "failure";

    private static readonly string Insert = AuditInsert.Sql("@action", "@outcome", "@user", "@details", actorId: "@actor", id: "@id");

    /// <summary>Something that the user did to their own account, or the client's administrator, or the operator, to it.</summary>
    public Task RecordAsync(
        string action, Guid userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        RecordAsync(action, Success, origin.ActorOn(userId), userId, origin, Details(details), cancellationToken);

    /// <summary>Something that changed, with what was before and what is after it.</summary>
    public Task RecordChangeAsync(string action, Guid userId, RequestOrigin origin, IEnumerable<AuditChange> changes, CancellationToken cancellationToken) =>
        RecordAsync(action, Success, origin.ActorOn(userId), userId, origin, ChangeDetails.Of(changes), cancellationToken);

    /// <summary>Something that somebody tried at an account, who did not prove who they are; without a user where there is no such account.</summary>
    public Task RecordFailureAsync(
        string action, Guid? userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        RecordAsync(action, Failure, actorId: null, userId, origin, Details(details), cancellationToken);

    /// <summary>How often this happened to an account lately.</summary>
    public Task<int> CountAsync(string action, Guid userId, TimeSpan window, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - window;
        return db.Set<AuditEvent>().CountAsync(e => e.UserId == userId && e.Action == action && e.OccurredAt > since, cancellationToken);
    }

    /// <summary>What a statement that writes an event itself puts into its details.</summary>
    public static string? Details(params IEnumerable<(string Name, string? Value)> details)
    {
        var known = details.Where(detail => detail.Value is not null).ToDictionary(detail => detail.Name, detail => detail.Value!);
        return known.Count == 0 ? null : JsonSerializer.Serialize(known, AuditJson.Default.DictionaryStringString);
    }

    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="outcome"><see cref="Success"/> or <see cref="Failure"/>.</param>
    /// <param name="actorId">The user who did it; null for somebody who wasn't authenticated, and for the operator's command line.</param>
    /// <param name="userId">Whose account it is about; null where there is none.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="details">A JSON object; null where there is no more to say.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task RecordAsync(
        string action, string outcome, Guid? actorId, Guid? userId, RequestOrigin origin, string? details, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlRawAsync(
            Insert,
            [
                .. AuditInsert.Parameters(now, origin),
                new NpgsqlParameter<Guid>("id", Guid.CreateVersion7(now)),
                new NpgsqlParameter<string>("action", action),
                new NpgsqlParameter<string>("outcome", outcome),
                AuditInsert.User("actor", actorId),
                AuditInsert.User("user", userId),
                new NpgsqlParameter("details", NpgsqlDbType.Jsonb) { Value = (object?)details ?? DBNull.Value },
            ],
            cancellationToken);
    }
}
