using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Decides the second step of a login by a passkey, under the same limits as codes.</summary>
internal sealed partial class PasskeySecondFactor(
    TwoFactorLogin login, TwoFactorChallenges challenges, PasskeyCheck check, SecondFactor secondFactor, LoginCompletion completion,
    ILogger<PasskeySecondFactor> logger)
{
    /// <summary>The question for the browser; null for a token that names no login (any more).</summary>
    public async Task<PasskeyOptionsResponse?> BeginAsync(string twoFactorToken, CancellationToken cancellationToken) =>
        await login.OpenAsync(twoFactorToken, isAttempt: false, cancellationToken) is { } open
            ? await check.CreateOptionsAsync(PasskeyPurpose.SecondFactor, open.User, cancellationToken)
            : null;

    public async Task<LoginResult> TryAsync(string twoFactorToken, PasskeyAnswer answer, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await login.OpenAsync(twoFactorToken, isAttempt: true, cancellationToken) is not { User: var user, Challenge: var challenge })
        {
            return LoginResult.InvalidChallenge.Instance;
        }

        if (await completion.CheckAccountAsync(user, origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        // Booked before the answer is looked at and taken back when it is right, as codes are, so that it is one count with them.
        var booked = await secondFactor.CountFailureAsync(user.Id, origin, cancellationToken);
        if (booked.Lockout is { } locked)
        {
            return new LoginResult.Locked(locked.RetryAfter);
        }

        // After a password, holding a key that asks for a PIN is a second factor; after the same key without one it isn't, unless the PIN was there first.
        var proof = await check.VerifyAsync(answer, PasskeyPurpose.SecondFactor, user, origin, cancellationToken);
        if (proof is null || (challenge.FirstFactor == AuthenticationMethods.Hwk && !proof.IsBothFactors))
        {
            await secondFactor.RecordFailureAsync(user.Id, origin, cancellationToken);
            Log.Wrong(logger, user.Id);
            return LoginResult.InvalidCode.Instance;
        }

        await secondFactor.AcceptAsync(user.Id, booked, cancellationToken);
        return await challenges.ConsumeAsync(challenge.Id, cancellationToken)
            ? await completion.StartSessionAsync(
                user, challenge.SecurityStamp, AuthenticationMethods.AndVerifiedPasskey(challenge.FirstFactor), origin, cancellationToken)
            : LoginResult.InvalidChallenge.Instance;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Login of user {UserId} refused: the passkey was not accepted as a second factor")]
        public static partial void Wrong(ILogger logger, Guid userId);
    }
}
