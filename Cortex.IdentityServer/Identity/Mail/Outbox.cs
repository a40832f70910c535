using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>
/// Takes mails in the transaction of what causes them, so that one is sent exactly if the other happened; <see cref="MailSender"/> sends them.
/// </summary>
internal sealed class Outbox(CortexDbContext db, MailSignal signal, TimeProvider clock)
{
    /// <summary>For how long the sending of a notice is tried.</summary>
    public static readonly TimeSpan NoticeLifetime = TimeSpan.FromDays(3);

    private static readonly string Insert = OutboxInsert.Sql("@kind", "@user", "@recipient", id: "@id", tokenId: "@token");

    /// <summary>Tells the owner of an account what happened to it, when and from where.</summary>
    /// <remarks>Of an administrator only when: where they work from is nothing for others.</remarks>
    public Task NotifyAsync(string kind, Guid userId, string recipient, RequestOrigin origin, CancellationToken cancellationToken) =>
        AddAsync(
            kind, recipient, userId, tokenId: null, clock.GetUtcNow() + NoticeLifetime,
            DetailsOf(origin.ActorOn(userId) == userId ? origin : origin with { Ip = null, UserAgent = null }), cancellationToken);

    /// <summary>Sends a link with a token in it, as long as that is good.</summary>
    public Task SendLinkAsync(string kind, Guid userId, string recipient, Guid tokenId, DateTimeOffset expires, CancellationToken cancellationToken) =>
        AddAsync(kind, recipient, userId, tokenId, expires, OutboxMail.NoDetails, cancellationToken);

    /// <summary>
    /// Notes that somebody asked for a mail to an address; whether anybody has it is found out later, so that the answer can't tell. Nobody is woken: at the
    /// sender's own next look, that is at no time that hangs together with this request, its work slows down no answer that could be compared.
    /// </summary>
    public Task RequestAsync(string kind, string recipient, RequestOrigin origin, CancellationToken cancellationToken) =>
        AddAsync(kind, recipient, userId: null, tokenId: null, clock.GetUtcNow() + NoticeLifetime, DetailsOf(origin), cancellationToken);

    /// <summary>To be called after the commit: the mail goes at once, and without it a second later.</summary>
    public void Wake() => signal.Wake();

    /// <summary>What a notice says of where something came from.</summary>
    public static string DetailsOf(RequestOrigin origin) =>
        AuditLog.Details(("ip", origin.Ip?.ToString()), ("user_agent", origin.UserAgent), ("request_id", origin.RequestId))!;

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
