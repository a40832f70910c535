using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Extends the user store with passkeys in a table of their own, where Identity would store each as a JSON document.</summary>
internal sealed class PasskeyUserStore(CortexDbContext db, IdentityErrorDescriber describer, PresentedPasskey presented) : UserStore(db, describer)
{
    /// <summary>Saves immediately, so that the caller can tell a credential that is already registered from an email address that is taken.</summary>
    public override async Task AddOrUpdatePasskeyAsync(User user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        if (await Query(user, passkey.CredentialId).SingleOrDefaultAsync(cancellationToken) is not { } existing)
        {
            Context.Passkeys.Add(Passkey.Of(user.Id, passkey));
        }
        else
        {
            existing.Name = passkey.Name ?? existing.Name;
            existing.SignCount = passkey.SignCount;
            existing.IsBackedUp = passkey.IsBackedUp;
        }

        await Context.SaveChangesAsync(cancellationToken);
    }

    public override async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(User user, CancellationToken cancellationToken) =>
        [.. (await Context.Passkeys.AsNoTracking().Where(p => p.UserId == user.Id).OrderBy(p => p.CreatedAt).ToListAsync(cancellationToken))
            .Select(p => p.ToInfo())];

    public override Task<User?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        Context.Users.SingleOrDefaultAsync(u => Context.Passkeys.Any(p => p.CredentialId == credentialId && p.UserId == u.Id), cancellationToken);

    public override async Task<UserPasskeyInfo?> FindPasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await Query(user, credentialId).AsNoTracking().SingleOrDefaultAsync(cancellationToken))?.ToInfo(presented.IsBackupEligible);

    public override Task RemovePasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) =>
        Query(user, credentialId).ExecuteDeleteAsync(cancellationToken);

    private IQueryable<Passkey> Query(User user, byte[] credentialId) => Context.Passkeys.Where(p => p.UserId == user.Id && p.CredentialId == credentialId);
}
