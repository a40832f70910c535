using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Records audit events in the transaction that makes the change.</summary>
internal sealed class AuditLog(CortexDbContext db, TimeProvider clock)
{
    public const string Success = "success";
    public const string Failure = "failure";

    private static readonly string Insert = AuditInsert.Sql("@action", "@outcome", "@user", "@details", actorId: "@actor", id: "@id");

    /// <summary>Records an action on an account by its owner, an administrator, or the operator.</summary>
    public Task RecordAsync(
        string action, Guid userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        RecordAsync(action, Success, origin.ActorOn(userId), userId, origin, Details(details), cancellationToken);

    /// <summary>Records a change, with the values before and after it.</summary>
    public Task RecordChangeAsync(string action, Guid userId, RequestOrigin origin, IEnumerable<AuditChange> changes, CancellationToken cancellationToken) =>
        RecordAsync(action, Success, origin.ActorOn(userId), userId, origin, ChangeDetails.Of(changes), cancellationToken);

    /// <summary>Records a failed attempt by an unauthenticated client; <paramref name="userId"/> is null if the account doesn't exist.</summary>
    public Task RecordFailureAsync(
        string action, Guid? userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        RecordAsync(action, Failure, actorId: null, userId, origin, Details(details), cancellationToken);

    /// <summary>Counts the account's events of this kind within the window.</summary>
    public Task<int> CountAsync(string action, Guid userId, TimeSpan window, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - window;
        return db.Set<AuditEvent>().CountAsync(e => e.UserId == userId && e.Action == action && e.OccurredAt > since, cancellationToken);
    }

    /// <summary>Serializes the details of an event, for statements that insert the event themselves.</summary>
    public static string? Details(params IEnumerable<(string Name, string? Value)> details)
    {
        var known = details.Where(detail => detail.Value is not null).ToDictionary(detail => detail.Name, detail => detail.Value!);
        return known.Count == 0 ? null : JsonSerializer.Serialize(known, AuditJson.Default.DictionaryStringString);
    }

    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="outcome"><see cref="Success"/> or <see cref="Failure"/>.</param>
    /// <param name="actorId">The user who performed the action, or null for an unauthenticated client or the operator's command line.</param>
    /// <param name="userId">The account that the event concerns, or null if there is none.</param>
    /// <param name="origin">The origin of the request.</param>
    /// <param name="details">A JSON object, or null without details.</param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
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
