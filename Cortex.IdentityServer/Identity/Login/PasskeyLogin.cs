using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Decides a login by a passkey alone. Nothing can be guessed here, so failed passwords make nobody wait.</summary>
internal sealed class PasskeyLogin(PasskeyCheck check, TwoFactorChallenges challenges, LoginCompletion completion)
{
    /// <summary>The same for everybody: no account is named before the answer.</summary>
    public Task<PasskeyOptionsResponse> BeginAsync(CancellationToken cancellationToken) =>
        check.CreateOptionsAsync(PasskeyPurpose.Login, user: null, cancellationToken);

    public async Task<LoginResult> TryAsync(PasskeyAnswer answer, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await check.VerifyAsync(answer, PasskeyPurpose.Login, user: null, origin, cancellationToken) is not { User: var user } proof)
        {
            return new LoginResult.InvalidCredentials();
        }

        if (await completion.CheckAccountAsync(user, origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (proof.IsBothFactors)
        {
            return await completion.StartSessionAsync(user, user.SecurityStamp, AuthenticationMethods.VerifiedPasskey, origin, cancellationToken);
        }

        // Whoever holds the key has answered, and that is one factor.
        return user.TwoFactorEnabled
            ? new LoginResult.TwoFactorRequired(await challenges.CreateAsync(user, AuthenticationMethods.Hwk, cancellationToken))
            : await completion.StartSessionAsync(user, user.SecurityStamp, AuthenticationMethods.Passkey, origin, cancellationToken);
    }
}
