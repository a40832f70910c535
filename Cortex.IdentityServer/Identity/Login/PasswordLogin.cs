using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Authenticates a login with email and password.</summary>
internal sealed partial class PasswordLogin(
    PasswordCheck check, CortexDbContext db, TwoFactorChallenges challenges, LoginCompletion completion, ILogger<PasswordLogin> logger)
{
    public async Task<LoginResult> TryAsync(LoginRequest request, RequestOrigin origin, CancellationToken cancellationToken) =>
        await check.TryAsync(new(request.Email, request.Password, origin), cancellationToken) switch
        {
            PasswordCheckResult.Correct correct => await WithPasswordAsync(correct, request, origin, cancellationToken),
            PasswordCheckResult.Wrong wrong => new LoginResult.InvalidCredentials(wrong.Limit),
            PasswordCheckResult.Refused refused => new LoginResult.Locked(refused.RetryAfter, refused.Limit),
            PasswordCheckResult.Busy busy => new LoginResult.Busy(busy.RetryAfter),
            _ => throw new UnreachableException(),
        };

    /// <summary>Continues the login after the password was verified. From here on, responses may reveal the state of the account.</summary>
    private async Task<LoginResult> WithPasswordAsync(
        PasswordCheckResult.Correct correct, LoginRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var user = correct.User;
        if (await completion.CheckAccountAsync(user, origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (correct.NewHash is { } renewed)
        {
            await RenewHashAsync(user, renewed, cancellationToken);
        }

        if (!user.TwoFactorEnabled)
        {
            return await completion.StartSessionAsync(user, user.SecurityStamp, AuthenticationMethods.Password, origin, cancellationToken);
        }

        return request.TwoFactorCode is null && request.RecoveryCode is null
            ? new LoginResult.TwoFactorRequired(await challenges.CreateAsync(user, AuthenticationMethods.Pwd, cancellationToken))
            : await completion.WithSecondFactorAsync(user, user.SecurityStamp, new(request.TwoFactorCode, request.RecoveryCode), origin, cancellationToken);
    }

    /// <summary>Replaces a hash that has a different cost or format, unless the password was changed in the meantime.</summary>
    private async Task RenewHashAsync(User user, string renewed, CancellationToken cancellationToken)
    {
        await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, renewed), cancellationToken);
        Log.Rehashed(logger, user.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(3103, LogLevel.Information, "The password hash of user {UserId} was renewed")]
        public static partial void Rehashed(ILogger logger, Guid userId);
    }
}
