using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>
/// Makes a logged-in user prove again, by password and second factor, that they own the account, because an attacker may have obtained their access token
/// (OWASP ASVS 7.5.1).
/// </summary>
internal sealed class OwnerProof(CortexDbContext db, PasswordCheck check, SecondFactorCheck secondFactor)
{
    /// <summary>For a logged-in user, a wrong code is invalid input. A 401 would look like an ended session.</summary>
    public static Refusal WrongCode => Problems.InvalidTwoFactorCode with { Status = StatusCodes.Status400BadRequest };

    /// <summary>Finds the caller's account. Returns null if it was deleted.</summary>
    public Task<User?> FindUserAsync(Guid userId, CancellationToken cancellationToken) =>
        db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken);

    /// <summary>Returns null if the password and, if the account has a second factor, the code are correct; otherwise the refusal.</summary>
    public async Task<Refusal?> VerifyAsync(User user, string password, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (code is { Totp: not null, Recovery: not null })
        {
            return SecondFactorCode.BothSent;
        }

        if (await VerifyPasswordAsync(user, password, origin, cancellationToken) is { } wrongPassword)
        {
            return wrongPassword;
        }

        return !user.TwoFactorEnabled ? null
            : code is { Totp: null, Recovery: null } ? Problems.TwoFactorRequired with
            {
                Detail = "Send two_factor_code or recovery_code along with the password.",
            }
            : await VerifyCodeAsync(user, code, origin, cancellationToken);
    }

    /// <summary>Verifies the password. Wrong passwords count against the account and the address, as at login.</summary>
    public async Task<Refusal?> VerifyPasswordAsync(User user, string password, RequestOrigin origin, CancellationToken cancellationToken) =>
        await check.TryAsync(new(user.Email!, password, origin), cancellationToken) switch
        {
            PasswordCheckResult.Correct correct when correct.User.Id == user.Id => null,
            PasswordCheckResult.Refused refused => Refusal.RateLimited(refused.RetryAfter, refused.Limit),
            PasswordCheckResult.Busy busy => Refusal.Busy(busy.RetryAfter),
            var wrong => Problems.InvalidCredentials with { Detail = "The password is incorrect.", Limit = (wrong as PasswordCheckResult.Wrong)?.Limit },
        };

    public async Task<Refusal?> VerifyCodeAsync(User user, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken) =>
        await secondFactor.VerifyAsync(user, code, origin, cancellationToken) switch
        {
            SecondFactorResult.Accepted => null,
            SecondFactorResult.Locked locked => Refusal.RateLimited(locked.RetryAfter),
            _ => WrongCode,
        };
}
