using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Accounts.Hashing;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Login;

/// <summary>Tells whether a password is right, wherever somebody is asked for one.</summary>
internal sealed partial class PasswordCheck(UserManager<User> users, HashingQueue hashing, ILogger<PasswordCheck> logger)
{
    public async Task<PasswordCheckResult> TryAsync(PasswordAttempt attempt, CancellationToken cancellationToken)
    {
        using var place = hashing.TryEnter();
        if (place is null)
        {
            return new PasswordCheckResult.Busy(hashing.RetryAfter);
        }

        var user = await FindAsync(attempt.Email);

        // Without a user there is as much work as for a wrong password, so that time doesn't tell who is registered.
        var verdict = await place.VerifyAsync(user?.PasswordHash, attempt.Password, cancellationToken);
        if (user is null)
        {
            return new PasswordCheckResult.Wrong();
        }

        if (verdict == PasswordVerificationResult.Failed)
        {
            Log.WrongPassword(logger, user.Id);
            return new PasswordCheckResult.Wrong();
        }

        var toHash = attempt.NewPassword ?? (verdict == PasswordVerificationResult.SuccessRehashNeeded ? attempt.Password : null);
        return new PasswordCheckResult.Right(user, toHash is null ? null : await place.HashAsync(toHash, cancellationToken));
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

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Wrong password for user {UserId}")]
        public static partial void WrongPassword(ILogger logger, Guid userId);
    }
}
