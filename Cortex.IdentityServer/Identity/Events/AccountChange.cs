using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Events;

/// <summary>
/// A change of one account, in its transaction: records audit events, notifies the owner, and says what is to be done after the commit. A change that isn't
/// completed is rolled back (<see cref="AccountChanges"/>).
/// </summary>
internal sealed class AccountChange(Guid? userId, RequestOrigin origin, AuditLog audit, Outbox outbox, CancellationToken cancellationToken)
{
    private readonly List<Action> _afterCommit = [];
    private Guid? _userId = userId;

    /// <summary>The account that changes.</summary>
    public Guid UserId => _userId ?? throw new InvalidOperationException("The account of this change has not been created yet.");

    /// <summary>Where the request for the change came from.</summary>
    public RequestOrigin Origin => origin;

    /// <summary>Whether the change is to be committed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Names the account that this change has created.</summary>
    public void Created(Guid newUserId) => _userId = newUserId;

    /// <summary>Records an audit event that belongs to the change.</summary>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="details">More about it, for the audit log.</param>
    public Task RecordAsync(string action, params IEnumerable<(string Name, string? Value)> details) =>
        audit.RecordAsync(action, UserId, origin, cancellationToken, details);

    /// <summary>Records an audit event with the state before and after it.</summary>
    public Task RecordChangeAsync(string action, IEnumerable<AuditChange> changes) =>
        audit.RecordChangeAsync(action, UserId, origin, changes, cancellationToken);

    /// <summary>Records what somebody did who has not proved that the account is theirs.</summary>
    public Task RecordFailureAsync(string action) => audit.RecordFailureAsync(action, UserId, origin, cancellationToken);

    /// <summary>Mails the owner a notice of an event that is recorded already, unless they got enough of its kind lately.</summary>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="mail">One of <see cref="MailKind"/>.</param>
    /// <param name="owner">The owner, and the address that the notice goes to.</param>
    public async Task NotifyOwnerAsync(string action, string mail, AccountOwner owner)
    {
        if (await audit.CountAsync(action, owner.Id, NoticeLimit.Window, cancellationToken) <= NoticeLimit.MaxNotices)
        {
            await outbox.NotifyAsync(mail, owner.Id, owner.Email, origin, cancellationToken);
        }
    }

    /// <summary>Records the audit event of the change itself, and completes it.</summary>
    public async Task CompleteAsync(string action, params IEnumerable<(string Name, string? Value)> details)
    {
        await RecordAsync(action, details);
        Complete();
    }

    /// <summary>Records the audit event of the change itself, notifies the owner, and completes it.</summary>
    public async Task CompleteAndNotifyAsync(string action, string mail, AccountOwner owner, params IEnumerable<(string Name, string? Value)> details)
    {
        await RecordAsync(action, details);
        await NotifyOwnerAsync(action, mail, owner);
        Complete();
    }

    /// <summary>Completes a change whose events are all recorded.</summary>
    public void Complete() => IsComplete = true;

    /// <summary>Registers what is to be done once the change is committed, such as a log line; it is not done if the change is rolled back.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>For <see cref="AccountChanges"/>, after the commit.</summary>
    public void RunAfterCommit() => _afterCommit.ForEach(action => action());
}
