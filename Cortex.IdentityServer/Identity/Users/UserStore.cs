using Cortex.IdentityServer.Foundation.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>
/// Identity's EF Core store over the documented columns: the email is the user name, of which an index allows one account an address,
/// a change writes only what changed, and the loser of a race gets an answer instead of an exception.
/// </summary>
/// <remarks>
/// Identity's authenticator key and recovery codes aren't used: they are kept in plain text, accept a code more than once
/// and count no failures. <c>TwoFactor/</c> does that work. Lockout isn't kept here either (<c>Passwords/</c> counts failures), and there are no claims,
/// external logins, tokens or phone numbers: the documented schema has no place for them. <c>Passkeys/</c> adds the passkeys.
/// </remarks>
internal class UserStore(CortexDbContext db, IdentityErrorDescriber describer)
    : UserStore<User, Role, CortexDbContext, Guid>(db, describer)
{
    public override async Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken = default)
    {
        user.PasswordHash ??= User.NoPassword;
        try
        {
            return await base.CreateAsync(user, cancellationToken);
        }
        catch (DbUpdateException failure) when (failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            Context.Entry(user).State = EntityState.Detached;
            return IdentityResult.Failed(ErrorDescriber.DuplicateEmail(user.Email!));
        }
    }

    public override async Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken = default)
    {
        // Identity's own store marks every column as changed and so would undo what another request wrote meanwhile.
        if (Context.Entry(user).State == EntityState.Detached)
        {
            throw new InvalidOperationException("Only a user that this store has found can be updated.");
        }

        try
        {
            await SaveChanges(cancellationToken);
            return IdentityResult.Success;
        }
        catch (DbUpdateConcurrencyException)
        {
            return IdentityResult.Failed(ErrorDescriber.ConcurrencyFailure());
        }
        catch (DbUpdateException failure) when (failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return IdentityResult.Failed(ErrorDescriber.DuplicateEmail(user.Email!));
        }
    }

    public override Task<User?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken = default) =>
        Context.Users.FromSqlRaw(AccountByEmail.Select("*, xmin", "{0}::text"), normalizedEmail).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Null while nobody has chosen a password: to Identity, any other text is one.</summary>
    public override Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken = default) =>
        Task.FromResult(user.HasPassword ? user.PasswordHash : null);

    public override Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken = default) => Task.FromResult(user.HasPassword);

    public override Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken = default) =>
        base.SetPasswordHashAsync(user, passwordHash ?? User.NoPassword, cancellationToken);

    public override Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken = default) =>
        FindByEmailAsync(normalizedUserName, cancellationToken);
}
