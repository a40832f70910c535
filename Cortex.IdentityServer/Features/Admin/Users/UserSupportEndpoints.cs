using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The routes with which the staff restores a user's access and revokes that of others.</summary>
internal static class UserSupportEndpoints
{
    /// <summary>Unlock a user</summary>
    /// <remarks>Requires the role <c>admin</c> or <c>support</c>. Lifts the lockouts after wrong passwords (from any address) and wrong codes.</remarks>
    internal static async Task<Results<NoContent, Problem>> UnlockUser(
        [Description(UserEndpoints.IdDescription)] Guid id, EmptyRequest? _, AccountUnlock unlock, HttpContext http, CancellationToken cancellationToken) =>
        await unlock.TryAsync(id, StaffMember.Of(http), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Remove a user's second factor</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. Removes the authenticator app, recovery codes, and passkeys, ends all sessions, and notifies the user
    /// by email. Verify first that the request comes from the owner. The password isn't changed. For your own account, this fails with 403: use your password
    /// and a code instead.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> ResetTwoFactor(
        [Description(UserEndpoints.IdDescription)] Guid id, EmptyRequest? _, SecondFactorRemoval removal, HttpContext http,
        CancellationToken cancellationToken) =>
        await removal.TryAsync(id, StaffMember.Of(http), cancellationToken) is { } problem ? problem.ToProblem() : TypedResults.NoContent();

    /// <summary>Email a user a link to set a password</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. The emailed link is valid for one hour and works once. A user who never had a password gets a new
    /// invitation instead, valid for three days. A user gets at most five such emails per hour (429). For a disabled account, the request fails with 403
    /// <c>account_disabled</c>.
    /// </remarks>
    internal static async Task<Results<Accepted<MailAccepted>, Problem>> SendPasswordReset(
        [Description(UserEndpoints.IdDescription)] Guid id, EmptyRequest? _, PasswordResetSender mailing, HttpContext http,
        CancellationToken cancellationToken) =>
        await mailing.TryAsync(id, StaffMember.Of(http), cancellationToken) is { } problem
            ? problem.ToProblem()
            : TypedResults.Accepted((string?)null, new MailAccepted("The email is on its way."));

    /// <summary>List a user's API keys</summary>
    /// <remarks>Requires the role <c>admin</c> or <c>support</c>. Lists the keys, newest first, without the keys themselves.</remarks>
    internal static async Task<Results<Ok<IReadOnlyList<ApiKeyResponse>>, Problem>> ListUserApiKeys(
        [Description(UserEndpoints.IdDescription)] Guid id, ManagedAccounts accounts, ApiKeyService keys, CancellationToken cancellationToken) =>
        await accounts.FindAsync(id, cancellationToken) is null
            ? Problems.NotFound.ToProblem()
            : TypedResults.Ok(await keys.ListAsync(id, cancellationToken));

    /// <summary>Revoke a user's API key</summary>
    /// <remarks>Requires the role <c>admin</c>. The key is rejected from the next request on, and on other replicas within 250 ms.</remarks>
    internal static async Task<Results<NoContent, Problem>> RevokeUserApiKey(
        [Description(UserEndpoints.IdDescription)] Guid id,
        [FromRoute(Name = "key_id"), Description("The id of the key.")] Guid keyId,
        StaffChanges changes,
        ApiKeyService keys,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var staff = StaffMember.Of(http);
        var problem = await changes.RunAsync(
            new(AuditAction.ApiKeyRevoked, id, staff, Role.Admin),
            async (change, _) => await keys.RevokeAsync(change, keyId, cancellationToken) ? null : Problems.NotFound,
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem.ToProblem();
    }
}
