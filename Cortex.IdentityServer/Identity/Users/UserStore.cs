using Cortex.IdentityServer.Foundation.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>
/// The EF Core store of ASP.NET Core Identity, adapted to the documented columns. The email is the user name, and an index allows one account per address. An
/// update writes only the changed columns, and a conflict between concurrent requests returns an error instead of throwing an exception.
/// </summary>
/// <remarks>
/// This store doesn't use Identity's authenticator keys and recovery codes, because Identity stores them in plain text, accepts a code more than once and
/// doesn't count failures; <c>TwoFactor/</c> implements the second factor instead. <c>Passwords/</c> implements lockout, and <c>Passkeys/</c> adds passkeys.
/// The documented schema has no columns for claims, external logins, tokens, or phone numbers.
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
        // Identity's own store marks every column as modified, which would overwrite changes made by concurrent requests.
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

    /// <summary>Returns null until the user has chosen a password, because Identity treats any other value as a hash.</summary>
    public override Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken = default) =>
        Task.FromResult(user.HasPassword ? user.PasswordHash : null);

    public override Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken = default) => Task.FromResult(user.HasPassword);

    public override Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken = default) =>
        base.SetPasswordHashAsync(user, passwordHash ?? User.NoPassword, cancellationToken);

    public override Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken = default) =>
        FindByEmailAsync(normalizedUserName, cancellationToken);
}
