using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Puts a question to authenticators and checks the answer, once.</summary>
internal sealed partial class PasskeyCheck(
    PasskeyCeremonies ceremonies, PasskeyChallenges challenges, UserPasskeys passkeys, AuditLog audit, ILogger<PasskeyCheck> logger)
{
    /// <summary>The question for the browser.</summary>
    /// <param name="purpose">What for.</param>
    /// <param name="user">Who has to answer, with user verification; whoever can, if null.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<PasskeyOptionsResponse> AskAsync(string purpose, User? user, CancellationToken cancellationToken)
    {
        var options = await ceremonies.BeginAssertionAsync(user);
        var token = await challenges.CreateAsync(purpose, user?.Id, options.AssertionState!, cancellationToken);
        return new(token, JsonElement.Parse(options.RequestOptionsJson));
    }

    /// <summary>Null for an answer that proves nothing, whatever the reason: only the log knows it.</summary>
    /// <param name="answer">What the client sent.</param>
    /// <param name="purpose">What the question has to have been for.</param>
    /// <param name="user">Who was asked; null if anybody.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<PasskeyProof?> TryAsync(PasskeyAnswer answer, string purpose, User? user, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await challenges.TakeAsync(answer.Token, purpose, user?.Id, cancellationToken) is not { } state)
        {
            // To no question of ours, and so nothing that is worth a line in a log that keeps everything.
            return null;
        }

        var proof = await VerifyAsync(answer, state, mustVerify: user is not null, cancellationToken);
        if (proof is null && user is null)
        {
            await audit.RecordFailureAsync(AuditAction.LoginFailed, userId: null, origin, cancellationToken, ("reason", "wrong_passkey"));
        }

        return proof;
    }

    private async Task<PasskeyProof?> VerifyAsync(PasskeyAnswer answer, string state, bool mustVerify, CancellationToken cancellationToken)
    {
        switch (await ceremonies.FinishAssertionAsync(answer.Credential, state, mustVerify))
        {
            case AssertionResult.Accepted accepted when await passkeys.RecordUseAsync(accepted.User.Id, accepted.Passkey, cancellationToken):
                // A passkey that was made without a PIN may get one from a thief: verifying a user means nothing then (WebAuthn 7.2, uvInitialized).
                return new(accepted.User, accepted.IsUserVerified && accepted.Passkey.IsUserVerified);
            case AssertionResult.Accepted overtaken:
                Log.CountNotRisen(logger, overtaken.User.Id);
                return null;
            case AssertionResult.Refused { IsCountWrong: true } refused:
                Log.Suspect(logger, refused.Reason);
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
        [LoggerMessage(Level = LogLevel.Information, Message = "Passkey refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Passkey refused because there may be a copy of it: {Reason}")]
        public static partial void Suspect(ILogger logger, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Passkey of user {UserId} refused: it was removed, or it was used twice at the same time with the same counter")]
        public static partial void CountNotRisen(ILogger logger, Guid userId);
    }
}
