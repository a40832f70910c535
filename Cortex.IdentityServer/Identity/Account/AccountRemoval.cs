using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>
/// Takes an account away with all that hangs on it, in the transaction of who has locked it (<see cref="AccountLock.LockAccountToDeleteAsync"/>).
/// </summary>
internal sealed class AccountRemoval(CortexDbContext db, LastAdminRule lastAdmin, AccountEvents events)
{
    /// <summary>In seconds: usage of years goes with the account, row by row.</summary>
    private const int Patience = 60;

    /// <summary>Null when it is done, and to be committed.</summary>
    /// <param name="owner">Whose account it is, and where the last notice goes.</param>
    /// <param name="mail">What that says.</param>
    /// <param name="was">What the account was, without the person.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<Refusal?> TryAsync(
        AccountOwner owner, string mail, IReadOnlyList<AuditChange> was, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await lastAdmin.ForbidsAsync(owner.Id, cancellationToken))
        {
            return Problems.LastAdmin;
        }

        // By its owner: noted before, so that this event too is left without the person: a trigger sees to that when the account goes.
        // By somebody else: noted after. Address and program are theirs, and the rest doesn't say who it was.
        var isByOwner = origin.ActorOn(owner.Id) == owner.Id;
        if (isByOwner)
        {
            await events.NoteAsync(AuditAction.AccountDeleted, owner.Id, origin, cancellationToken);
        }

        await DeleteAsync(owner.Id, cancellationToken);
        if (!isByOwner)
        {
            await events.NoteChangeAsync(AuditAction.AccountDeleted, owner.Id, origin, was, cancellationToken);
        }

        await events.TellAsync(AuditAction.AccountDeleted, mail, owner, origin, cancellationToken);
        return null;
    }

    private async Task DeleteAsync(Guid userId, CancellationToken cancellationToken)
    {
        var usual = db.Database.GetCommandTimeout();
        db.Database.SetCommandTimeout(Patience);
        try
        {
            await db.Users.Where(u => u.Id == userId).ExecuteDeleteAsync(cancellationToken);
        }
        finally
        {
            db.Database.SetCommandTimeout(usual);
        }
    }
}
