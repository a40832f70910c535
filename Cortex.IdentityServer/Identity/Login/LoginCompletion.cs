using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The steps that every kind of login shares: checking the account's state, verifying the second factor, and starting the session.</summary>
internal sealed partial class LoginCompletion(
    SecondFactorCheck secondFactor, SessionService sessions, LoginOptions options, AuditLog audit, MailSignal mails, ILogger<LoginCompletion> logger)
{
    /// <summary>Returns why this account can't log in although its password or passkey is right, or null if it can.</summary>
    public async Task<LoginResult?> CheckAccountAsync(User user, RequestOrigin origin, CancellationToken cancellationToken)
    {
        LoginResult? refusal = !user.IsEnabled ? LoginResult.AccountDisabled.Instance
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

    /// <param name="user">The user who completed the first step.</param>
    /// <param name="stamp">The user's security stamp at that time.</param>
    /// <param name="code">The second-factor code that the client sent.</param>
    /// <param name="origin">The origin of the request.</param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
    /// <param name="first">The authentication method of the first step.</param>
    /// <param name="claim">Called after a valid code and before the session starts; returns false if another request completed the login first.</param>
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
            // The account changed after the credentials were verified, so they no longer count.
            return new LoginResult.InvalidCredentials();
        }

        // The login may have queued a notice about a new device.
        mails.Wake();
        return new LoginResult.Success(tokens);
    }

    private static partial class Log
    {
        [LoggerMessage(3100, LogLevel.Information, "Login of user {UserId} refused: wrong two-factor code")]
        public static partial void WrongCode(ILogger logger, Guid userId);
    }
}
