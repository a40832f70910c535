using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Events;

/// <summary>
/// What has to be done about each change of an account: written down and, where the owner should know, mailed, with the change; told to the replicas after it.
/// </summary>
internal sealed class AccountEvents(AuditLog audit, Outbox outbox, Changes changes)
{
    /// <summary>
    /// Notices of one kind that an account gets within <see cref="NoticeWindow"/>: whoever has an account with somebody else's address must not flood that
    /// mailbox.
    /// </summary>
    public const int MostNotices = 10;

    public static readonly TimeSpan NoticeWindow = TimeSpan.FromHours(1);

    /// <summary>Writes it down, in the caller's transaction.</summary>
    public Task NoteAsync(
        string action, Guid userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        audit.WriteAsync(action, userId, origin, cancellationToken, details);

    /// <summary>Writes down what changed, with what was before and what is after it, in the caller's transaction.</summary>
    public Task NoteChangeAsync(string action, Guid userId, RequestOrigin origin, IEnumerable<AuditChange> changes, CancellationToken cancellationToken) =>
        audit.WriteChangeAsync(action, userId, origin, changes, cancellationToken);

    /// <summary>Writes down what somebody tried who did not prove who they are.</summary>
    public Task NoteFailureAsync(
        string action, Guid? userId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        audit.WriteFailureAsync(action, userId, origin, cancellationToken, details);

    /// <summary>Writes it down and tells the owner, in the caller's transaction.</summary>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="mail">One of <see cref="MailKind"/>.</param>
    /// <param name="owner">Whose account it is, and where they are told.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="details">More about it, for the log.</param>
    public async Task NoteAndTellAsync(
        string action, string mail, AccountOwner owner, RequestOrigin origin, CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> details)
    {
        await audit.WriteAsync(action, owner.Id, origin, cancellationToken, details);
        await TellAsync(action, mail, owner, origin, cancellationToken);
    }

    /// <summary>Tells the owner of what is written down already, in the caller's transaction.</summary>
    public async Task TellAsync(string action, string mail, AccountOwner owner, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await audit.CountAsync(action, owner.Id, NoticeWindow, cancellationToken) <= MostNotices)
        {
            await outbox.NotifyAsync(mail, owner.Id, owner.Email, origin, cancellationToken);
        }
    }

    /// <summary>To be called after the commit.</summary>
    public void Committed(Guid userId)
    {
        changes.Changed(userId);
        outbox.Wake();
    }
}
