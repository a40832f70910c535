using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Changes the password of a user who knows the current one.</summary>
internal sealed class PasswordChange(CortexDbContext db, PasswordCheck check, PasswordReplacement replacement)
{
    /// <summary>Returns null on success, after ending all other sessions.</summary>
    public async Task<Refusal?> TryAsync(Guid userId, Guid sessionId, ChangePasswordRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken);
        if (user is null)
        {
            return Problems.SessionRevoked;
        }

        if (PasswordRules.FindWeakness(request.NewPassword, user.Email!) is { } weakness)
        {
            return Weak("new_password", weakness);
        }

        // The new password is hashed before the transaction begins, so the transaction occupies its connection only briefly.
        switch (await check.TryAsync(new(user.Email!, request.CurrentPassword, origin, request.NewPassword), cancellationToken))
        {
            case PasswordCheckResult.Refused refused:
                return Refusal.RateLimited(refused.RetryAfter, refused.Limit);
            case PasswordCheckResult.Busy busy:
                return Refusal.Busy(busy.RetryAfter);
            case PasswordCheckResult.Correct when request.NewPassword == request.CurrentPassword:
                return Weak("new_password", "The new password must differ from the current one.");
            case PasswordCheckResult.Correct { User: var checkedUser, NewHash: { } hash } when checkedUser.Id == userId:
                // If another request changed the password in the meantime, the one that was sent is no longer the current password.
                return await replacement.ReplaceByOwnerAsync(checkedUser, hash, sessionId, origin, cancellationToken) ? null : WrongPassword;
            case PasswordCheckResult.Wrong wrong:
                return WrongPassword with { Limit = wrong.Limit };
            default:
                return WrongPassword;
        }
    }

    /// <summary>Returns the refusal of a weak password, with its field and the reason.</summary>
    public static Refusal Weak(string field, string reason) => Problems.WeakPassword with
    {
        Detail = reason,
        Errors = new Dictionary<string, string[]> { [field] = [reason] },
    };

    private static Refusal WrongPassword => Problems.InvalidCredentials with { Detail = "The current password is incorrect." };
}
