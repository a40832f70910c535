using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Writes down what happens to accounts, in the transaction in which it happens.</summary>
internal sealed class AuditLog(CortexDbContext db, TimeProvider clock)
{
    public const string Success = "success";
    public const string Failure = "failure";

    /// <summary>Something that the user did to their own account, or the client's administrator, or the operator, to it.</summary>
    public Task WriteAsync(
        string action, Guid userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        WriteAsync(action, Success, origin.ActorOn(userId), userId, origin, Details(details), cancellationToken);

    /// <summary>Something that changed, with what was before and what is after it.</summary>
    public Task WriteChangeAsync(string action, Guid userId, RequestOrigin origin, IEnumerable<AuditChange> changes, CancellationToken cancellationToken) =>
        WriteAsync(action, Success, origin.ActorOn(userId), userId, origin, ChangeDetails.Of(changes), cancellationToken);

    /// <summary>Something that somebody tried at an account, who did not prove who they are; without a user where there is no such account.</summary>
    public Task WriteFailureAsync(
        string action, Guid? userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        WriteAsync(action, Failure, actorId: null, userId, origin, Details(details), cancellationToken);

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
        return known.Count == 0 ? null : JsonSerializer.Serialize(known, ApiJson.Default.DictionaryStringString);
    }

    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="outcome"><see cref="Success"/> or <see cref="Failure"/>.</param>
    /// <param name="actorId">The user who did it; null for somebody who wasn't authenticated, and for the operator's command line.</param>
    /// <param name="userId">Whose account it is about; null where there is none.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="details">A JSON object; null where there is no more to say.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task WriteAsync(
        string action, string outcome, Guid? actorId, Guid? userId, RequestOrigin origin, string? details, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
            VALUES ({Guid.CreateVersion7(now)}, {now}, {action}, {outcome}, {actorId}::uuid, {userId}::uuid, {origin.Ip}::inet, {origin.UserAgent}::text,
                {origin.RequestId}, {details}::jsonb)
            """,
            cancellationToken);
    }
}
