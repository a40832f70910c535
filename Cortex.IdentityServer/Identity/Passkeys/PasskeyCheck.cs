using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Creates challenges for passkeys and verifies the responses, each once.</summary>
internal sealed partial class PasskeyCheck(
    PasskeyCeremonies ceremonies, PasskeyChallenges challenges, UserPasskeys passkeys, AuditLog audit, ILogger<PasskeyCheck> logger)
{
    /// <summary>Creates the options for the browser.</summary>
    /// <param name="purpose">The purpose of the challenge.</param>
    /// <param name="user">The user who must respond, with user verification; null allows any user.</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
    public async Task<PasskeyOptionsResponse> CreateOptionsAsync(string purpose, User? user, CancellationToken cancellationToken)
    {
        var options = await ceremonies.BeginAssertionAsync(user);
        var token = await challenges.CreateAsync(purpose, user?.Id, options.AssertionState!, cancellationToken);
        return new(token, JsonElement.Parse(options.RequestOptionsJson));
    }

    /// <summary>Verifies a response. Returns null if it isn't valid; only the log states the reason.</summary>
    /// <param name="assertion">The response that the client sent.</param>
    /// <param name="purpose">The purpose that the challenge must have been created for.</param>
    /// <param name="user">The user whom the challenge was created for; null for any user.</param>
    /// <param name="origin">The origin of the request.</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
    public async Task<PasskeyProof?> VerifyAsync(
        PasskeyAssertion assertion, string purpose, User? user, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await TakeChallengeAsync(assertion, purpose, user, cancellationToken) is not { } state)
        {
            // The response doesn't belong to a challenge of this server, so it isn't worth an audit event.
            return null;
        }

        var proof = await VerifyAsync(assertion, state, mustVerify: user is not null, cancellationToken);
        if (proof is null && user is null)
        {
            await audit.RecordFailureAsync(AuditAction.LoginFailed, userId: null, origin, cancellationToken, ("reason", "wrong_passkey"));
        }

        return proof;
    }

    /// <summary>
    /// Uses up the challenge that a response belongs to and returns its state; null if the challenge doesn't exist, has expired, was answered before, or was
    /// created for another user or purpose.
    /// </summary>
    public Task<string?> TakeChallengeAsync(PasskeyAssertion assertion, string purpose, User? user, CancellationToken cancellationToken) =>
        challenges.ConsumeAsync(assertion.Token, purpose, user?.Id, cancellationToken);

    /// <summary>Verifies the response to a challenge that was taken. Returns null if it isn't valid; only the log states the reason.</summary>
    /// <param name="assertion">The response that the client sent.</param>
    /// <param name="state">The state of the challenge.</param>
    /// <param name="mustVerify">Whether to reject a response without user verification.</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
    public async Task<PasskeyProof?> VerifyAsync(PasskeyAssertion assertion, string state, bool mustVerify, CancellationToken cancellationToken)
    {
        switch (await ceremonies.FinishAssertionAsync(assertion.Credential, state, mustVerify))
        {
            case AssertionResult.Accepted accepted when await passkeys.RecordUseAsync(accepted.User.Id, accepted.Passkey, cancellationToken):
                // A thief may set a PIN on a passkey that was created without one, so user verification counts only if the passkey had it from the start
                // (uvInitialized in WebAuthn section 7.2).
                return new(accepted.User, accepted.IsUserVerified && accepted.Passkey.IsUserVerified);
            case AssertionResult.Accepted superseded:
                Log.CounterNotIncreased(logger, superseded.User.Id);
                return null;
            case AssertionResult.Refused { IsCountWrong: true } refused:
                Log.PossibleClone(logger, refused.Reason);
                return null;
            case AssertionResult.Refused refused:
                Log.Refused(logger, refused.Reason);
                return null;
            default:
                return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2800, LogLevel.Information, "Passkey refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(2801, LogLevel.Warning, "Passkey refused because it may have been cloned: {Reason}")]
        public static partial void PossibleClone(ILogger logger, string reason);

        [LoggerMessage(2802, LogLevel.Warning, "Passkey of user {UserId} refused: it was removed, or it was used twice at the same time with the same counter")]
        public static partial void CounterNotIncreased(ILogger logger, Guid userId);
    }
}
