using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.TwoFactor;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Login;

/// <summary>Decides a login by email and password.</summary>
internal sealed partial class PasswordLogin(
    UserManager<User> users,
    CortexDbContext db,
    BcryptPasswordHasher hasher,
    TwoFactorChallenges challenges,
    LoginCompletion completion,
    ILogger<PasswordLogin> logger)
{
    public async Task<LoginResult> TryAsync(LoginRequest request, Client client, CancellationToken cancellationToken)
    {
        var user = await FindAsync(request.Email);
        if (user is null)
        {
            // As much work as for a wrong password, so that time doesn't tell who is registered.
            hasher.VerifyAgainstNothing(request.Password);
            return new LoginResult.InvalidCredentials();
        }

        var verdict = hasher.VerifyHashedPassword(user, user.PasswordHash!, request.Password);
        if (verdict == PasswordVerificationResult.Failed)
        {
            Log.WrongPassword(logger, user.Id);
            return new LoginResult.InvalidCredentials();
        }

        // From here on the caller knows the password, and may be told about the account.
        if (completion.Refusal(user) is { } refusal)
        {
            return refusal;
        }

        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await RehashAsync(user, request.Password, cancellationToken);
        }

        if (!user.TwoFactorEnabled)
        {
            return await completion.StartSessionAsync(user, user.SecurityStamp, AuthenticationMethods.Password, client, cancellationToken);
        }

        return request.TwoFactorCode is null && request.RecoveryCode is null
            ? new LoginResult.TwoFactorRequired(await challenges.CreateAsync(user, cancellationToken))
            : await completion.WithSecondFactorAsync(user, user.SecurityStamp, new(request.TwoFactorCode, request.RecoveryCode), client, cancellationToken);
    }

    private async Task<User?> FindAsync(string typed) =>
        Composed(typed.Trim()) is { } email ? await users.FindByEmailAsync(email) : null;

    /// <summary>The form that emails are stored in, or null for a text that can't be one.</summary>
    private static string? Composed(string email)
    {
        try
        {
            // PostgreSQL can't hold a NUL, so nobody has such an email.
            return email.Contains('\0') ? null : email.Normalize();
        }
        catch (ArgumentException)
        {
            // U+FFFE is no character and has no composed form.
            return null;
        }
    }

    /// <summary>Brings a hash of another cost or form to today's; unless the password was changed meanwhile.</summary>
    private async Task RehashAsync(User user, string password, CancellationToken cancellationToken)
    {
        var old = user.PasswordHash;
        var renewed = hasher.HashPassword(user, password);
        await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == old)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, renewed), cancellationToken);
        Log.Rehashed(logger, user.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Login of user {UserId} refused: wrong password")]
        public static partial void WrongPassword(ILogger logger, Guid userId);

        [LoggerMessage(Level = LogLevel.Information, Message = "Password hash of user {UserId} renewed")]
        public static partial void Rehashed(ILogger logger, Guid userId);
    }
}
