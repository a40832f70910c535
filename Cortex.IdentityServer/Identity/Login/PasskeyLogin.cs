using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Authenticates a login with a passkey alone. Passkeys can't be guessed, so lockouts after wrong passwords don't apply.</summary>
internal sealed class PasskeyLogin(PasskeyCheck check, TwoFactorChallenges challenges, LoginCompletion completion)
{
    /// <summary>Returns the passkey options, which don't name any account.</summary>
    public Task<PasskeyOptionsResponse> BeginAsync(CancellationToken cancellationToken) =>
        check.CreateOptionsAsync(PasskeyPurpose.Login, user: null, cancellationToken);

    public async Task<LoginResult> TryAsync(PasskeyAssertion assertion, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await check.VerifyAsync(assertion, PasskeyPurpose.Login, user: null, origin, cancellationToken) is not { User: var user } proof)
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

        // The authenticator didn't verify its user, so the passkey counts as one factor only.
        return user.TwoFactorEnabled
            ? new LoginResult.TwoFactorRequired(await challenges.CreateAsync(user, AuthenticationMethods.Hwk, cancellationToken))
            : await completion.StartSessionAsync(user, user.SecurityStamp, AuthenticationMethods.Passkey, origin, cancellationToken);
    }
}
