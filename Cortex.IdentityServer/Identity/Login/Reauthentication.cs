using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Asks somebody who is logged in once more who they are: an access token alone may be in other hands (OWASP ASVS 7.5.1).</summary>
internal sealed class Reauthentication(CortexDbContext db, PasswordCheck check, SecondFactor secondFactor, SessionService sessions, AccountEvents events)
{
    /// <summary>While logged in, a wrong code is bad input; a 401 would look like a dead session.</summary>
    public static Refusal WrongCode => Problems.InvalidTwoFactorCode with { Status = StatusCodes.Status400BadRequest };

    /// <summary>The caller's account; null when it is gone.</summary>
    public Task<User?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken);

    /// <summary>Password and, where the account has a second factor, code: null when both are right, and the session's proof is new then.</summary>
    public async Task<Refusal?> TryAsync(Guid userId, Guid sessionId, ReauthenticateRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(userId, cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked;
        }

        if (await RefuseAsync(user, request.Password, new(request.TwoFactorCode, request.RecoveryCode), origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await sessions.RefreshProofAsync(sessionId, cancellationToken))
        {
            return Problems.SessionRevoked;
        }

        await events.NoteAsync(AuditAction.Reauthenticated, userId, origin, cancellationToken, ("session_id", sessionId.ToString()));
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Why these don't prove that the caller is the account's owner; null when they do.</summary>
    public async Task<Refusal?> RefuseAsync(User user, string password, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (code is { Totp: not null, Recovery: not null })
        {
            return Refusal.Invalid("recovery_code", "send either a code or a recovery_code, not both");
        }

        if (await RefusePasswordAsync(user, password, origin, cancellationToken) is { } wrongPassword)
        {
            return wrongPassword;
        }

        return !user.TwoFactorEnabled ? null
            : code is { Totp: null, Recovery: null } ? Problems.TwoFactorRequired with
            {
                Detail = "Send two_factor_code or recovery_code along with the password.",
            }
            : await RefuseCodeAsync(user, code, origin, cancellationToken);
    }

    /// <summary>Wrong ones count against the account and the address, as at a login.</summary>
    public async Task<Refusal?> RefusePasswordAsync(User user, string password, RequestOrigin origin, CancellationToken cancellationToken) =>
        await check.TryAsync(new(user.Email!, password, origin), cancellationToken) switch
        {
            PasswordCheckResult.Right right when right.User.Id == user.Id => null,
            PasswordCheckResult.Refused refused => Refusal.RateLimited(refused.RetryAfter, refused.Limit),
            PasswordCheckResult.Busy busy => Refusal.Busy(busy.RetryAfter),
            var wrong => Problems.InvalidCredentials with { Detail = "The password is wrong.", Limit = (wrong as PasswordCheckResult.Wrong)?.Limit },
        };

    public async Task<Refusal?> RefuseCodeAsync(User user, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken) =>
        await secondFactor.VerifyAsync(user, code, origin, cancellationToken) switch
        {
            SecondFactorResult.Accepted => null,
            SecondFactorResult.Locked locked => Refusal.RateLimited(locked.RetryAfter),
            _ => WrongCode,
        };
}
