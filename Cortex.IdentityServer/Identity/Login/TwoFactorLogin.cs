using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.TwoFactor;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Verifies the second step of a login.</summary>
internal sealed class TwoFactorLogin(CortexDbContext db, TwoFactorChallenges challenges, LoginCompletion completion)
{
    public async Task<LoginResult> TryAsync(TwoFactorLoginRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await OpenAsync(request.TwoFactorToken, isAttempt: true, cancellationToken) is not { User: var user, Challenge: var challenge })
        {
            return LoginResult.InvalidChallenge.Instance;
        }

        return await completion.CheckAccountAsync(user, origin, cancellationToken) ?? await completion.WithSecondFactorAsync(
            user,
            challenge.SecurityStamp,
            new(request.Code, request.RecoveryCode),
            origin,
            cancellationToken,
            challenge.FirstFactor,
            claim: () => challenges.ConsumeAsync(challenge.Id, cancellationToken));
    }

    /// <summary>
    /// Finds the login that a token belongs to, or returns null if the token isn't valid. An attempt counts against the token's limit regardless of its
    /// outcome.
    /// </summary>
    public async Task<PendingLogin?> OpenAsync(string twoFactorToken, bool isAttempt, CancellationToken cancellationToken) =>
        (isAttempt
            ? await challenges.CountAttemptAsync(twoFactorToken, cancellationToken)
            : await challenges.FindAsync(twoFactorToken, cancellationToken)) is { } challenge
        && await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == challenge.UserId, cancellationToken) is { } user

        // If the password or the second factor has changed since, the first step no longer counts, and no code should be used up.
        && user.SecurityStamp == challenge.SecurityStamp
            ? new(user, challenge)
            : null;
}
