using System.ComponentModel;
using System.Diagnostics;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.TwoFactor;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The caller's passkeys.</summary>
internal static class PasskeyEndpoints
{
    private static readonly Refusal LimitReached = Problems.ValidationFailed with
    {
        Detail = $"An account can have at most {UserPasskeys.MaxPerUser} passkeys. Remove one first.",
        Errors = new Dictionary<string, string[]> { ["credential"] = [$"would exceed the limit of {UserPasskeys.MaxPerUser} passkeys per account"] },
    };

    /// <summary>Start registering a passkey</summary>
    /// <remarks>Returns the options for <c>navigator.credentials.create()</c>. The login must be less than ten minutes old.</remarks>
    internal static async Task<Results<Ok<PasskeyOptionsResponse>, Problem>> BeginPasskey(
        ClaimsPrincipal caller, OwnerProof proof, PasskeyRegistration registration, CancellationToken cancellationToken) =>
        await proof.FindUserAsync(caller.UserId(), cancellationToken) is not { } user
            ? Problems.SessionRevoked.ToProblem()
            : await registration.BeginAsync(user, cancellationToken) is { } options ? TypedResults.Ok(options) : LimitReached.ToProblem();

    /// <summary>Register a passkey</summary>
    /// <remarks>The login must be less than ten minutes old. Ends the user's other sessions. An account can have at most ten passkeys.</remarks>
    internal static async Task<Results<Created<PasskeyResponse>, Problem>> RegisterPasskey(
        RegisterPasskeyRequest body, ClaimsPrincipal caller, PasskeyRegistration registration, HttpContext http, CancellationToken cancellationToken)
    {
        return await registration.FinishAsync(caller.UserId(), caller.SessionId(), body, http.Origin(), cancellationToken) switch
        {
            NewPasskeyResult.Added added => TypedResults.Created((string?)null, added.Passkey),
            NewPasskeyResult.LimitReached => LimitReached.ToProblem(),
            NewPasskeyResult.SessionEnded => Problems.SessionRevoked.ToProblem(),
            NewPasskeyResult.InvalidChallenge =>
                Refusal.Invalid("passkey_token", "is invalid, was already used, or has expired; request new options").ToProblem(),
            NewPasskeyResult.Refused => Refusal.Invalid("credential", "doesn't match these options, or is already registered").ToProblem(),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>List the caller's passkeys</summary>
    /// <remarks>Lists the passkeys, newest first.</remarks>
    internal static async Task<Ok<IReadOnlyList<PasskeyResponse>>> ListPasskeys(
        ClaimsPrincipal caller, UserPasskeys passkeys, CancellationToken cancellationToken) =>
        TypedResults.Ok(await passkeys.ListAsync(caller.UserId(), cancellationToken));

    /// <summary>Rename a passkey</summary>
    /// <remarks>Only its owner sees the name; the authenticator doesn't know it.</remarks>
    internal static async Task<Results<Ok<PasskeyResponse>, Problem>> RenamePasskey(
        [Description("The id of the passkey.")] Guid id, RenamePasskeyRequest body, ClaimsPrincipal caller, UserPasskeys passkeys, HttpContext http,
        CancellationToken cancellationToken) =>
        await passkeys.RenameAsync(caller.UserId(), id, body.Name, http.Origin(), cancellationToken) is { } renamed
            ? TypedResults.Ok(renamed)
            : Problems.NotFound.ToProblem();

    /// <summary>Remove a passkey</summary>
    /// <remarks>The passkey stops working immediately, and the user's other sessions end. The login must be less than ten minutes old.</remarks>
    internal static async Task<Results<NoContent, Problem>> RemovePasskey(
        [Description("The id of the passkey.")] Guid id, ClaimsPrincipal caller, UserPasskeys passkeys, HttpContext http,
        CancellationToken cancellationToken) =>
        await passkeys.RemoveAsync(caller.UserId(), caller.SessionId(), id, http.Origin(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound.ToProblem();
}
