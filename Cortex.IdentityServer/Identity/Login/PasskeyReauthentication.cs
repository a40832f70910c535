using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Verifies the identity of a logged-in user again with a passkey, under the same limits as codes.</summary>
internal sealed partial class PasskeyReauthentication(
    OwnerProof proof, PasskeyCheck check, SecondFactor secondFactor, SecondFactorMetrics metrics, Reauthentication reauthentication,
    ILogger<PasskeyReauthentication> logger)
{
    /// <summary>Returns the passkey options for the browser, or null if the account was deleted.</summary>
    public async Task<PasskeyOptionsResponse?> BeginAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken) =>
        await proof.FindUserAsync(userId, cancellationToken) is { } user
            ? await check.CreateOptionsAsync(PasskeyPurpose.Reauthentication(sessionId), user, cancellationToken)
            : null;

    /// <summary>Returns null if the response is valid, after refreshing the session's proof of identity.</summary>
    public async Task<Refusal?> TryAsync(
        Guid userId, Guid sessionId, PasskeyAssertion assertion, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await proof.FindUserAsync(userId, cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked;
        }

        // A response that was sent twice isn't a guess, so only responses to pending challenges count.
        if (await check.TakeChallengeAsync(assertion, PasskeyPurpose.Reauthentication(sessionId), user, cancellationToken) is not { } state)
        {
            return Refusal.Invalid("passkey_token", "is invalid, was already used, or has expired; request new options");
        }

        // The failure is recorded before the response is verified and undone if it is valid, so that parallel responses all count.
        var counted = await secondFactor.CountFailureAsync(userId, origin, cancellationToken);
        if (counted.Lockout is { } locked)
        {
            metrics.Count(SecondFactorMetrics.Passkey, locked);
            return Refusal.RateLimited(locked.RetryAfter, null);
        }

        if (await check.VerifyAsync(assertion, state, mustVerify: true, cancellationToken) is not { } passkey)
        {
            await secondFactor.RecordFailureAsync(userId, origin, cancellationToken);
            metrics.Count(SecondFactorMetrics.Passkey, SecondFactorResult.Wrong.Instance);
            Log.Refused(logger, userId);
            return PasskeyLoginEndpoints.NotAccepted;
        }

        metrics.Count(SecondFactorMetrics.Passkey, SecondFactorResult.Accepted.Instance);
        await secondFactor.AcceptAsync(userId, counted, cancellationToken);
        return user.TwoFactorEnabled && !passkey.IsBothFactors
            ? Problems.TwoFactorRequired with
            {
                Detail = "This passkey was created without verifying its user, so it counts as one factor only. Send the password and a code to "
                    + "/api/v1/auth/reauthenticate.",
            }
            : await reauthentication.RecordAsync(userId, sessionId, origin, cancellationToken, ("method", "passkey"));
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Information, "Reauthentication of user {UserId} refused: the passkey was not accepted")]
        public static partial void Refused(ILogger logger, Guid userId);
    }
}
