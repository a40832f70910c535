using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.TwoFactor;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Login;

/// <summary>Decides the second step of a login.</summary>
internal sealed class TwoFactorLogin(CortexDbContext db, TwoFactorChallenges challenges, LoginCompletion completion)
{
    public async Task<LoginResult> TryAsync(TwoFactorLoginRequest request, Client client, CancellationToken cancellationToken)
    {
        if (await challenges.TryAsync(request.TwoFactorToken, cancellationToken) is not { } challenge
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == challenge.UserId, cancellationToken) is not { } user

            // The password or the second factor changed since: what was proved no longer counts, and no code is spent on it.
            || user.SecurityStamp != challenge.SecurityStamp)
        {
            return new LoginResult.InvalidChallenge();
        }

        return await completion.RefusalAsync(user, client, cancellationToken) ?? await completion.WithSecondFactorAsync(
            user,
            challenge.SecurityStamp,
            new(request.Code, request.RecoveryCode),
            client,
            cancellationToken,
            claim: () => challenges.SpendAsync(challenge.Id, cancellationToken));
    }
}
