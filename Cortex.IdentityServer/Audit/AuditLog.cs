using System.Text.Json;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Audit;

/// <summary>Writes down what happens to accounts, in the transaction in which it happens.</summary>
internal sealed class AuditLog(CortexDbContext db, TimeProvider clock)
{
    public const string Success = "success";
    public const string Failure = "failure";

    /// <summary>Something that the user did to their own account.</summary>
    public Task WriteAsync(string action, Guid userId, Client client, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        WriteAsync(action, Success, userId, userId, client, details, cancellationToken);

    /// <summary>Something that somebody tried at an account, who did not prove who they are; without a user where there is no such account.</summary>
    public Task WriteFailureAsync(string action, Guid? userId, Client client, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        WriteAsync(action, Failure, actorId: null, userId, client, details, cancellationToken);

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

    public async Task WriteAsync(
        string action, string outcome, Guid? actorId, Guid? userId, Client client, IEnumerable<(string Name, string? Value)> details, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO audit_events (id, occurred_at, action, outcome, actor_id, user_id, ip, user_agent, request_id, details)
            VALUES ({Guid.CreateVersion7(now)}, {now}, {action}, {outcome}, {actorId}::uuid, {userId}::uuid, {client.Ip}::inet, {client.UserAgent}::text, {client.RequestId}, {Details(details)}::jsonb)
            """,
            cancellationToken);
    }
}
