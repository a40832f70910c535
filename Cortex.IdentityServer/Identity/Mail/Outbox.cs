using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// Adds emails in the transaction of the change that causes them, so an email is sent if and only if the change is committed. <see cref="MailSender"/> sends
/// them.
/// </summary>
internal sealed class Outbox(CortexDbContext db, MailSignal signal, TimeProvider clock)
{
    /// <summary>How long the sender keeps trying to send a notice.</summary>
    public static readonly TimeSpan NoticeLifetime = TimeSpan.FromDays(3);

    private static readonly string Insert = OutboxInsert.Sql("@kind", "@user", "@recipient", id: "@id", tokenId: "@token");

    /// <summary>Notifies the owner of an account about an event, with its time and origin.</summary>
    /// <remarks>A notice about an administrator's action contains only the time, because users must not learn administrators' IP addresses.</remarks>
    public Task NotifyAsync(
        string kind, Guid userId, string recipient, RequestOrigin origin, CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> details) =>
        AddAsync(
            kind, recipient, userId, tokenId: null, clock.GetUtcNow() + NoticeLifetime,
            DetailsOf(origin.ActorOn(userId) == userId ? origin : origin with { Ip = null, UserAgent = null }, details), cancellationToken);

    /// <summary>Sends a link with a token. Sending is retried until the token expires.</summary>
    public Task SendLinkAsync(string kind, Guid userId, string recipient, Guid tokenId, DateTimeOffset expires, CancellationToken cancellationToken) =>
        AddAsync(kind, recipient, userId, tokenId, expires, OutboxMail.NoDetails, cancellationToken);

    /// <summary>
    /// Queues a request for an email to an address. Whether the address has an account is resolved later, so the response can't reveal it. The sender isn't
    /// woken: it picks the request up at its next poll, so its work can't affect the response time of this request.
    /// </summary>
    public Task RequestAsync(string kind, string recipient, RequestOrigin origin, CancellationToken cancellationToken) =>
        AddAsync(kind, recipient, userId: null, tokenId: null, clock.GetUtcNow() + NoticeLifetime, DetailsOf(origin), cancellationToken);

    /// <summary>Wakes the sender after the commit, so the email is sent immediately rather than at the next poll a second later.</summary>
    public void Wake() => signal.Wake();

    /// <summary>Serializes the origin of a request for a notice, and what else the notice says.</summary>
    public static string DetailsOf(RequestOrigin origin, params IEnumerable<(string Name, string? Value)> details) =>
        AuditLog.Details([("ip", origin.Ip?.ToString()), ("user_agent", origin.UserAgent), ("request_id", origin.RequestId), .. details])!;

    private async Task AddAsync(
        string kind, string recipient, Guid? userId, Guid? tokenId, DateTimeOffset expires, string details, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlRawAsync(
            Insert,
            [
                new NpgsqlParameter<Guid>("id", Guid.CreateVersion7(now)),
                new NpgsqlParameter<string>("kind", kind),
                AuditInsert.User("user", userId),
                new NpgsqlParameter<string>("recipient", recipient.Trim()),
                new NpgsqlParameter("token", NpgsqlDbType.Uuid) { Value = (object?)tokenId ?? DBNull.Value },
                new NpgsqlParameter("notice", NpgsqlDbType.Jsonb) { Value = details },
                new NpgsqlParameter<DateTimeOffset>("now", now),
                new NpgsqlParameter<DateTimeOffset>("given_up", expires),
            ],
            cancellationToken);
    }
}
