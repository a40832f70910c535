using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>What all ways through a login share: the account's state, the second factor, the session.</summary>
internal sealed partial class LoginCompletion(
    SecondFactor secondFactor, SessionService sessions, LoginOptions options, AuditLog audit, MailSignal mails, ILogger<LoginCompletion> logger)
{
    /// <summary>Why this account may not log in, although its password or passkey is right.</summary>
    public async Task<LoginResult?> CheckAccountAsync(User user, RequestOrigin origin, CancellationToken cancellationToken)
    {
        LoginResult? refusal = !user.MayBeUsed ? LoginResult.AccountDisabled.Instance
            : options.RequiresVerifiedEmail && !user.EmailConfirmed ? LoginResult.EmailNotVerified.Instance
            : null;
        if (refusal is not null)
        {
            await audit.RecordFailureAsync(
                AuditAction.LoginFailed, user.Id, origin, cancellationToken,
                ("reason", refusal is LoginResult.AccountDisabled ? "account_disabled" : "email_not_verified"));
        }

        return refusal;
    }

    /// <param name="user">Who has proved the first step.</param>
    /// <param name="stamp">The security stamp at that time.</param>
    /// <param name="code">What they send now.</param>
    /// <param name="origin">Where from.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="first">How the first step was proved.</param>
    /// <param name="claim">Asked after a right code and before a session: false when another request was first.</param>
    public async Task<LoginResult> WithSecondFactorAsync(
        User user, string? stamp, SecondFactorCode code, RequestOrigin origin, CancellationToken cancellationToken, string first = AuthenticationMethods.Pwd,
        Func<Task<bool>>? claim = null)
    {
        switch (await secondFactor.VerifyAsync(user, code, origin, cancellationToken))
        {
            case SecondFactorResult.Locked locked:
                return new LoginResult.Locked(locked.RetryAfter);
            case SecondFactorResult.Wrong:
                Log.WrongCode(logger, user.Id);
                return LoginResult.InvalidCode.Instance;
        }

        if (claim is not null && !await claim())
        {
            return LoginResult.InvalidChallenge.Instance;
        }

        var methods = code.Totp is null ? AuthenticationMethods.AndRecoveryCode(first) : AuthenticationMethods.AndTotp(first);
        return await StartSessionAsync(user, stamp, methods, origin, cancellationToken);
    }

    public async Task<LoginResult> StartSessionAsync(User user, string? stamp, string[] methods, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await sessions.StartAsync(user.Id, stamp, methods, origin, cancellationToken) is not { } tokens)
        {
            // The account changed between the proof and now: what was proved no longer counts.
            return new LoginResult.InvalidCredentials();
        }

        // Perhaps a notice of a new device.
        mails.Wake();
        return new LoginResult.Success(tokens);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Login of user {UserId} refused: wrong two-factor code")]
        public static partial void WrongCode(ILogger logger, Guid userId);
    }
}
