using System.Security.Claims;
using Cortex.IdentityServer.Accounts.Hashing;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Cortex.IdentityServer.Login;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Accounts;

/// <summary>The account itself: made, shown, its password changed.</summary>
internal static partial class AccountEndpoints
{
    /// <summary>Register</summary>
    /// <remarks>
    /// Makes an account. Where the operator requires verified emails, the answer is 202 whether the email is taken or not,
    /// and the account can't log in before its mailbox is proved.
    /// </remarks>
    internal static async Task<Results<Created<UserResponse>, Accepted<RegistrationAccepted>, Problem>> Register(
        RegisterRequest body, UserManager<User> users, HashingQueue hashing, KnownNetworks knownNetworks, HttpContext http, AccountOptions options, ILogger<User> logger, CancellationToken cancellationToken)
    {
        if (!options.IsRegistrationOpen)
        {
            return new Problem(Problems.Forbidden) { Detail = "Registration is closed on this server." };
        }

        if (!EmailAddress.TryNormalize(body.Email, out var email, out var reason))
        {
            return Problem.Invalid("email", reason);
        }

        if (PasswordRules.WhyWeak(body.Password, email) is { } weakness)
        {
            return PasswordChange.Weak("password", weakness);
        }

        var network = ClientNetwork.Of(http.ClientIp());
        using var place = hashing.TryEnter(knownNetworks.Contains(network));
        if (place is null)
        {
            return Problem.Busy(hashing.RetryAfter);
        }

        // Hashed here and not by the manager, which would do it on this request's thread.
        var user = new User { Email = email, PasswordHash = await place.HashAsync(body.Password, cancellationToken) };
        var result = await users.CreateAsync(user);
        var isTaken = result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateEmail));
        if (!result.Succeeded && !isTaken)
        {
            return Problem.Invalid("email", result.Errors.First().Description);
        }

        if (!isTaken)
        {
            knownNetworks.Add(network);
            Log.Registered(logger, user.Id);
        }

        if (options.RequiresVerifiedEmail)
        {
            return TypedResults.Accepted((string?)null, new RegistrationAccepted("Open the mail that we sent to this address to go on."));
        }

        return isTaken ? (Problem)Problems.EmailTaken : TypedResults.Created("/api/v1/auth/me", UserResponse.Of(user));
    }

    /// <summary>Show the caller's account</summary>
    /// <remarks>With an access token or an API key.</remarks>
    internal static async Task<Results<Ok<UserResponse>, Problem>> GetMe(ClaimsPrincipal caller, AccountReader accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync(caller.UserId(), cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : (Problem)Problems.SessionRevoked;

    /// <summary>Change the password</summary>
    /// <remarks>Asks for the current one. All other sessions end; this one stays.</remarks>
    internal static async Task<Results<NoContent, Problem>> ChangePassword(
        ChangePasswordRequest body, ClaimsPrincipal caller, PasswordChange change, HttpContext http, CancellationToken cancellationToken) =>
        await change.TryAsync(caller.UserId(), caller.SessionId(), body, Client.Of(http), cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} registered")]
        public static partial void Registered(ILogger logger, Guid userId);
    }
}
