using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Events;

/// <summary>
/// A change to one account within a transaction: it records audit events, notifies the owner, and registers actions to run after the commit. A change that
/// isn't completed is rolled back (<see cref="AccountChanges"/>).
/// </summary>
internal sealed class AccountChange(Guid? userId, RequestOrigin origin, AuditLog audit, Outbox outbox, CancellationToken cancellationToken)
{
    private readonly List<Action> _afterCommit = [];
    private Guid? _userId = userId;

    /// <summary>Whether the account is known.</summary>
    public bool HasAccount => _userId is not null;

    /// <summary>The account being changed.</summary>
    public Guid UserId => _userId ?? throw new InvalidOperationException("The account of this change has not been created or found yet.");

    /// <summary>The origin of the request for the change.</summary>
    public RequestOrigin Origin => origin;

    /// <summary>Whether the change will be committed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Sets the account that this change has created or found.</summary>
    public void SetAccount(Guid foundUserId) => _userId = foundUserId;

    /// <summary>Records an audit event that belongs to the change.</summary>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="details">Additional details for the audit log.</param>
    public Task RecordAsync(string action, params IEnumerable<(string Name, string? Value)> details) =>
        audit.RecordAsync(action, UserId, origin, cancellationToken, details);

    /// <summary>Records an audit event with the values before and after the change.</summary>
    public Task RecordChangeAsync(string action, IEnumerable<AuditChange> changes) =>
        audit.RecordChangeAsync(action, UserId, origin, changes, cancellationToken);

    /// <summary>Records a failed attempt by a client that hasn't proved ownership of the account.</summary>
    public Task RecordFailureAsync(string action) => audit.RecordFailureAsync(action, UserId, origin, cancellationToken);

    /// <summary>Emails the owner a notice about an event that has already been recorded, unless the limit for notices of its kind has been reached.</summary>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="mail">One of <see cref="MailKind"/>.</param>
    /// <param name="owner">The owner, who receives the notice.</param>
    /// <param name="details">What the email's text needs besides the time and the origin.</param>
    public async Task NotifyOwnerAsync(string action, string mail, AccountOwner owner, params IEnumerable<(string Name, string? Value)> details)
    {
        if (await audit.CountAsync(action, owner.Id, NoticeLimit.Window, cancellationToken) <= NoticeLimit.MaxNotices)
        {
            await outbox.NotifyAsync(mail, owner.Id, owner.Email, origin, cancellationToken, details);
        }
    }

    /// <summary>Records the audit event of the change, and completes the change.</summary>
    public async Task CompleteAsync(string action, params IEnumerable<(string Name, string? Value)> details)
    {
        await RecordAsync(action, details);
        Complete();
    }

    /// <summary>Records the audit event of the change, notifies the owner, and completes the change.</summary>
    public async Task CompleteAndNotifyAsync(string action, string mail, AccountOwner owner, params IEnumerable<(string Name, string? Value)> details)
    {
        await RecordAsync(action, details);
        await NotifyOwnerAsync(action, mail, owner);
        Complete();
    }

    /// <summary>Completes a change whose events have all been recorded.</summary>
    public void Complete() => IsComplete = true;

    /// <summary>Registers an action to run after the commit, such as writing a log entry. It doesn't run if the change is rolled back.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Runs the registered actions. Only <see cref="AccountChanges"/> calls this, after the commit.</summary>
    public void RunAfterCommit() => _afterCommit.ForEach(action => action());
}
