using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Creates accounts.</summary>
internal sealed partial class Registration(
    AccountChanges changes, UserManager<User> users, PrioritizedHashingQueue hashing, RegistrationSteps steps, ILogger<Registration> logger)
{
    /// <summary>Registers an account. If emails must be verified first, only the owner of a taken address learns by email that it is taken.</summary>
    public async Task<RegistrationResult> TryAsync(string email, string password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await HashAsync(password, origin, cancellationToken) is not { } hash)
        {
            return new RegistrationResult.Busy(hashing.RetryAfter);
        }

        var user = new User { Email = email, PasswordHash = hash };
        var result = await CreateAsync(user, origin, cancellationToken);
        if (result.Succeeded)
        {
            return new RegistrationResult.Registered(user);
        }

        if (result.Errors.All(error => error.Code != nameof(IdentityErrorDescriber.DuplicateEmail)))
        {
            return new RegistrationResult.Invalid(result.Errors.First().Description);
        }

        if (steps.Options.RequiresVerifiedEmail)
        {
            // The email replaces the error response, which would reveal that the address is taken.
            await steps.Outbox.RequestAsync(MailKind.Request.Registration, email, origin, cancellationToken);
        }

        return RegistrationResult.Taken.Instance;
    }

    /// <summary>
    /// Hashes the password on a hashing thread, whereas the user manager would hash it on the request's thread. Returns null if the hashing queue is full. A
    /// registration doesn't make its network known, because the queue's priority for known networks would then reveal whether the email was taken.
    /// </summary>
    private async Task<string?> HashAsync(string password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        using var place = hashing.TryEnter(origin.Network);
        return place is null ? null : await place.HashAsync(password, cancellationToken);
    }

    /// <summary>Creates the account, its audit event, and the verification email in one transaction.</summary>
    private Task<IdentityResult> CreateAsync(User user, RequestOrigin origin, CancellationToken cancellationToken) => changes.RunAsync(
        origin,
        async change =>
        {
            var result = await users.CreateAsync(user);
            if (result.Succeeded)
            {
                change.SetAccount(user.Id);
                await steps.Verification.SendAsync(user, cancellationToken);
                await change.CompleteAsync(AuditAction.Registered);
                change.AfterCommit(() => Log.Registered(logger, user.Id));
            }

            return result;
        },
        cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(3204, LogLevel.Information, "User {UserId} registered")]
        public static partial void Registered(ILogger logger, Guid userId);
    }
}
