using System.Text.Json;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Runs WebAuthn registration and assertion with Identity's handler, configured with this server's rules.</summary>
internal sealed class PasskeyCeremonies(UserManager<User> users, HttpOptions http, PasskeyOptions options, PresentedPasskey presented)
{
    private const int MaxReasonLength = 200;

    private readonly PasskeyHandler<User> _handler = CreateHandler(users, http, options, "preferred");
    private readonly PasskeyHandler<User> _verifyingHandler = CreateHandler(users, http, options, "required");

    /// <summary>Deliberately empty, so that nothing in a request, above all its Host header, can influence what the handler compares with.</summary>
    private static DefaultHttpContext NoRequest => new();

    public Task<PasskeyCreationOptionsResult> BeginRegistrationAsync(User user) =>
        _handler.MakeCreationOptionsAsync(new() { Id = user.Id.ToString(), Name = user.Email!, DisplayName = user.Email! }, NoRequest);

    /// <summary>Returns the new passkey, not stored yet, or the reason why it was rejected.</summary>
    public async Task<(UserPasskeyInfo? Passkey, string? Refusal)> FinishRegistrationAsync(JsonElement credential, string state)
    {
        var result = await _handler.PerformAttestationAsync(
            new() { HttpContext = NoRequest, CredentialJson = CredentialJson.Normalize(credential), AttestationState = state });
        ThrowIfDatabaseFailed(result.Failure);
        return (result.Passkey, ReasonOf(result.Failure));
    }

    /// <param name="user">The user whose passkeys may respond; null allows any user's.</param>
    public Task<PasskeyRequestOptionsResult> BeginAssertionAsync(User? user) =>
        (user is null ? _handler : _verifyingHandler).MakeRequestOptionsAsync(user, NoRequest);

    /// <param name="credential">The credential that the client sent.</param>
    /// <param name="state">The state of the challenge.</param>
    /// <param name="mustVerify">Whether to reject a response without user verification.</param>
    public async Task<AssertionResult> FinishAssertionAsync(JsonElement credential, string state, bool mustVerify)
    {
        // The signature covers this flag. No decision depends on it, so a value that an authenticator update has changed is accepted and stored (WebAuthn
        // section 7.2, step 18).
        presented.IsBackupEligible = CredentialJson.IsBackupEligible(credential);

        // The handler doesn't report whether the user was verified. So run the check that requires verification first, and then the one that doesn't. Parsing
        // the flags here a second time could disagree with the handler about which bytes were signed.
        var context = new PasskeyAssertionContext { HttpContext = NoRequest, CredentialJson = CredentialJson.Normalize(credential), AssertionState = state };
        var result = await _verifyingHandler.PerformAssertionAsync(context);
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

    private static PasskeyHandler<User> CreateHandler(UserManager<User> users, HttpOptions http, PasskeyOptions options, string userVerification) =>
        new(users, Options.Create(PasskeyRules.For(http, options, userVerification)));

    /// <summary>The handler converts every exception into a rejection, but an unavailable database says nothing about a passkey.</summary>
    private static void ThrowIfDatabaseFailed(PasskeyException? failure)
    {
        if (DatabaseFailure.In(failure) is not null)
        {
            throw failure!;
        }
    }

    /// <summary>The reason, for the log. Parts of it may come from the client, so it is made printable.</summary>
    private static string ReasonOf(PasskeyException? failure) => PrintableText.Of(failure?.Message ?? "", MaxReasonLength);
}
