using System.Text.Json;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Registration and assertion by Identity's own handler, under this server's rules.</summary>
internal sealed class PasskeyCeremonies(UserManager<User> users, HttpOptions http, PasskeyOptions options, PresentedPasskey presented)
{
    private const int LongestReason = 200;

    private readonly PasskeyHandler<User> _handler = HandlerOf(users, http, options, "preferred");
    private readonly PasskeyHandler<User> _verifying = HandlerOf(users, http, options, "required");

    /// <summary>Empty on purpose: nothing of a request, and above all no Host, can choose what the handler compares with.</summary>
    private static DefaultHttpContext NoRequest => new();

    public Task<PasskeyCreationOptionsResult> BeginRegistrationAsync(User user) =>
        _handler.MakeCreationOptionsAsync(new() { Id = user.Id.ToString(), Name = user.Email!, DisplayName = user.Email! }, NoRequest);

    /// <summary>The new passkey, not stored yet; or null and why not.</summary>
    public async Task<(UserPasskeyInfo? Passkey, string? Refusal)> FinishRegistrationAsync(JsonElement credential, string state)
    {
        var result = await _handler.PerformAttestationAsync(
            new() { HttpContext = NoRequest, CredentialJson = CredentialJson.Tidy(credential), AttestationState = state });
        ThrowIfDatabaseFailed(result.Failure);
        return (result.Passkey, ReasonOf(result.Failure));
    }

    /// <param name="user">Whose passkeys may answer; anybody's, if null.</param>
    public Task<PasskeyRequestOptionsResult> BeginAssertionAsync(User? user) =>
        (user is null ? _handler : _verifying).MakeRequestOptionsAsync(user, NoRequest);

    /// <param name="credential">What the client sent.</param>
    /// <param name="state">Of the challenge.</param>
    /// <param name="mustVerify">Whether an answer without user verification is refused.</param>
    public async Task<AssertionResult> FinishAssertionAsync(JsonElement credential, string state, bool mustVerify)
    {
        // The signature covers the flag. Nothing here hangs on it, so one that changes with an update of the authenticator is taken over (WebAuthn 7.2, step
        // 18).
        presented.IsBackupEligible = CredentialJson.IsBackupEligible(credential);

        // The handler doesn't tell whether the user was verified. Asking one that insists on it, and then one that doesn't, is sound where
        // reading the flags a second time here, by other code and perhaps from another spelling of the field, would not be.
        var context = new PasskeyAssertionContext { HttpContext = NoRequest, CredentialJson = CredentialJson.Tidy(credential), AssertionState = state };
        var result = await _verifying.PerformAssertionAsync(context);
        ThrowIfDatabaseFailed(result.Failure);
        var isVerified = result.Succeeded;
        if (!isVerified && !mustVerify)
        {
            result = await _handler.PerformAssertionAsync(context);
            ThrowIfDatabaseFailed(result.Failure);
        }

        return result.Succeeded
            ? new AssertionResult.Accepted(result.User, result.Passkey, isVerified)
            : new AssertionResult.Refused(ReasonOf(result.Failure), FrameworkInternals.IsWrongSignatureCounter(result.Failure));
    }

    private static PasskeyHandler<User> HandlerOf(UserManager<User> users, HttpOptions http, PasskeyOptions options, string userVerification) =>
        new(users, Options.Create(PasskeyRules.For(http, options, userVerification)));

    /// <summary>The handler turns whatever is thrown inside it into a refusal; that the database is away says nothing about a passkey.</summary>
    private static void ThrowIfDatabaseFailed(PasskeyException? failure)
    {
        if (DatabaseFailure.In(failure) is not null)
        {
            throw failure!;
        }
    }

    /// <summary>For the log: parts of a reason may be what the client sent.</summary>
    private static string ReasonOf(PasskeyException? failure) => PrintableText.Of(failure?.Message ?? "", LongestReason);
}
