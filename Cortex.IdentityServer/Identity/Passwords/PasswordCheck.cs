using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Checks a password, wherever one is required. The limits on guessing are checked first, cheapest first: the client's address, a place in the hashing queue,
/// and the account. The hash comes last.
/// </summary>
internal sealed partial class PasswordCheck(
    RateCounter limits,
    PendingAttempts pending,
    PrioritizedHashingQueue hashing,
    KnownNetworks knownNetworks,
    LoginAccounts accounts,
    LoginAttempts attempts,
    ILogger<PasswordCheck> logger)
{
    public async Task<PasswordCheckResult> TryAsync(PasswordAttempt attempt, CancellationToken cancellationToken)
    {
        var network = ClientNetwork.Of(attempt.Origin.Ip);

        // The permit is taken before the check and returned afterward, so concurrent guesses count too. An aborted request counts as a guess.
        var permit = await limits.TakeAsync(PasswordLimits.LoginFailures, network);
        if (!permit.Allowed)
        {
            return new PasswordCheckResult.Refused(pending.HasAny(network) && hashing.RetryAfter < permit.Reset ? hashing.RetryAfter : permit.Reset, permit);
        }

        using var _ = pending.Begin(network);
        try
        {
            var result = await CheckAsync(attempt, network, cancellationToken);
            if (result is PasswordCheckResult.Wrong)
            {
                return new PasswordCheckResult.Wrong(permit);
            }

            await limits.ReturnPermitAsync(PasswordLimits.LoginFailures, network, permit);
            return result;
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null)
        {
            // The client learned nothing about the password, and users must not be locked out after an outage.
            await limits.ReturnPermitAsync(PasswordLimits.LoginFailures, network, permit);
            throw;
        }
    }

    private async Task<PasswordCheckResult> CheckAsync(PasswordAttempt attempt, string network, CancellationToken cancellationToken)
    {
        using var place = hashing.TryEnter(network);
        if (place is null)
        {
            return new PasswordCheckResult.Busy(hashing.RetryAfter);
        }

        var account = await accounts.FindAsync(attempt.Email, network, cancellationToken);
        switch (await attempts.AdmitAsync(account, network, attempt.Origin, cancellationToken))
        {
            case Admission.Admitted admitted:
                var verdict = await VerifyAsync(place, account, admitted.Attempt, attempt, cancellationToken);
                return verdict == PasswordVerificationResult.Failed ? new PasswordCheckResult.Wrong() : await SucceedAsync(verdict);
            case Admission.Refused refused:
                return new PasswordCheckResult.Refused(refused.RetryAfter);
            default:
                throw new UnreachableException();
        }

        async Task<PasswordCheckResult> SucceedAsync(PasswordVerificationResult verdict)
        {
            knownNetworks.Add(network);
            var toHash = attempt.NewPassword ?? (verdict == PasswordVerificationResult.SuccessRehashNeeded ? attempt.Password : null);
            return new PasswordCheckResult.Correct(account.User!, toHash is null ? null : await place.HashAsync(toHash, cancellationToken));
        }
    }

    /// <summary>Verifies the password and settles the attempt, even if the request was aborted.</summary>
    private async Task<PasswordVerificationResult> VerifyAsync(
        HashingPlace place, LoginAccount account, AdmittedAttempt admitted, PasswordAttempt attempt, CancellationToken cancellationToken)
    {
        var verdict = PasswordVerificationResult.Failed;
        try
        {
            // Without a user, the work is the same as for a wrong password, so timing doesn't reveal who is registered.
            verdict = await place.VerifyAsync(account.User?.PasswordHash, attempt.Password, account.Costliest, cancellationToken);
        }
        finally
        {
            if (verdict == PasswordVerificationResult.Failed)
            {
                await attempts.FailAsync(admitted, account.User?.Id, attempt.Origin);
            }
            else
            {
                await attempts.SucceedAsync(admitted);
            }
        }

        if (verdict == PasswordVerificationResult.Failed && account.User is { } user)
        {
            Log.WrongPassword(logger, user.Id);
        }

        return verdict;
    }

    private static partial class Log
    {
        [LoggerMessage(2402, LogLevel.Information, "Wrong password for user {UserId}")]
        public static partial void WrongPassword(ILogger logger, Guid userId);
    }
}
