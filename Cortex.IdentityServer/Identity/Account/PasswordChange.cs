using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Changes a password that its owner knows.</summary>
internal sealed class PasswordChange(CortexDbContext db, PasswordCheck check, PasswordReplacement replacement)
{
    /// <summary>Null when it is done; the other sessions have ended with it.</summary>
    public async Task<Refusal?> TryAsync(Guid userId, Guid sessionId, ChangePasswordRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken);
        if (user is null)
        {
            return Problems.SessionRevoked;
        }

        if (PasswordRules.WhyWeak(request.NewPassword, user.Email!) is { } weakness)
        {
            return Weak("new_password", weakness);
        }

        // The new one is hashed before the transaction, which then holds its connection for a few statements only.
        switch (await check.TryAsync(new(user.Email!, request.CurrentPassword, origin, request.NewPassword), cancellationToken))
        {
            case PasswordCheckResult.Refused refused:
                return Refusal.RateLimited(refused.RetryAfter, refused.Limit);
            case PasswordCheckResult.Busy busy:
                return Refusal.Busy(busy.RetryAfter);
            case PasswordCheckResult.Right when request.NewPassword == request.CurrentPassword:
                return Weak("new_password", "The new password is the current one.");
            case PasswordCheckResult.Right { User: var checkedUser, NewHash: { } hash } when checkedUser.Id == userId:
                // Where somebody changed it meanwhile, what was sent as the current one no longer is.
                return await replacement.ByOwnerAsync(checkedUser, hash, sessionId, origin, cancellationToken) ? null : WrongPassword;
            case PasswordCheckResult.Wrong wrong:
                return WrongPassword with { Limit = wrong.Limit };
            default:
                return WrongPassword;
        }
    }

    /// <summary>Says which field holds the weak password, and why it is weak.</summary>
    public static Refusal Weak(string field, string reason) => Problems.WeakPassword with
    {
        Detail = reason,
        Errors = new Dictionary<string, string[]> { [field] = [reason] },
    };

    private static Refusal WrongPassword => Problems.InvalidCredentials with { Detail = "The current password is wrong." };
}
