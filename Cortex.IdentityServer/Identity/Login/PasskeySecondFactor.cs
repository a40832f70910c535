using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Verifies a passkey as the second step of a login, under the same limits as codes.</summary>
internal sealed partial class PasskeySecondFactor(
    TwoFactorLogin login, TwoFactorChallenges challenges, PasskeyCheck check, SecondFactor secondFactor, SecondFactorMetrics metrics,
    LoginCompletion completion, ILogger<PasskeySecondFactor> logger)
{
    /// <summary>Returns the passkey options for the browser, or null if the token isn't valid.</summary>
    public async Task<PasskeyOptionsResponse?> BeginAsync(string twoFactorToken, CancellationToken cancellationToken) =>
        await login.OpenAsync(twoFactorToken, isAttempt: false, cancellationToken) is { } open
            ? await check.CreateOptionsAsync(PasskeyPurpose.SecondFactor, open.User, cancellationToken)
            : null;

    public async Task<LoginResult> TryAsync(string twoFactorToken, PasskeyAssertion assertion, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await login.OpenAsync(twoFactorToken, isAttempt: true, cancellationToken) is not { User: var user, Challenge: var challenge })
        {
            return LoginResult.InvalidChallenge.Instance;
        }

        if (await completion.CheckAccountAsync(user, origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        // The failure is recorded before the response is verified and undone if it is valid, so passkeys and codes share one failure count.
        var counted = await secondFactor.CountFailureAsync(user.Id, origin, cancellationToken);
        if (counted.Lockout is { } locked)
        {
            metrics.Count(SecondFactorMetrics.Passkey, locked);
            return new LoginResult.Locked(locked.RetryAfter);
        }

        // A passkey counts as a second factor after a password. After a passkey without user verification, it must be one that counts as both factors.
        var proof = await check.VerifyAsync(assertion, PasskeyPurpose.SecondFactor, user, origin, cancellationToken);
        if (proof is null || (challenge.FirstFactor == AuthenticationMethods.Hwk && !proof.IsBothFactors))
        {
            await secondFactor.RecordFailureAsync(user.Id, origin, cancellationToken);
            metrics.Count(SecondFactorMetrics.Passkey, SecondFactorResult.Wrong.Instance);
            Log.Wrong(logger, user.Id);
            return LoginResult.InvalidCode.Instance;
        }

        metrics.Count(SecondFactorMetrics.Passkey, SecondFactorResult.Accepted.Instance);
        await secondFactor.AcceptAsync(user.Id, counted, cancellationToken);
        return await challenges.ConsumeAsync(challenge.Id, cancellationToken)
            ? await completion.StartSessionAsync(
                user, challenge.SecurityStamp, AuthenticationMethods.AndVerifiedPasskey(challenge.FirstFactor), origin, cancellationToken)
            : LoginResult.InvalidChallenge.Instance;
    }

    private static partial class Log
    {
        [LoggerMessage(3102, LogLevel.Information, "Login of user {UserId} refused: the passkey was not accepted as a second factor")]
        public static partial void Wrong(ILogger logger, Guid userId);
    }
}
