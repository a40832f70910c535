using System.ComponentModel;
using System.Diagnostics;
using Cortex.IdentityServer.Features.Billing.Overview;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The routes that show, create, update, and delete one user.</summary>
internal static class UserEndpoints
{
    /// <summary>Describes the id in the path of every route about one user.</summary>
    public const string IdDescription = "The id of the user.";
    private const string IfMatchDescription =
        "The ETag of an earlier response, a list of ETags, or *. If the user has changed since then, the request fails with 412.";

    /// <summary>Show a user</summary>
    /// <remarks>
    /// Requires the role <c>admin</c> or <c>support</c>. The ETag covers the editable state: it changes with the account and its roles, but not with a login.
    /// </remarks>
    internal static async Task<Results<Ok<AdminUserDetails>, Problem>> GetUser(
        [Description(IdDescription)] Guid id,
        ManagedAccounts accounts,
        AccountStatusReader statuses,
        SubscriptionReader subscriptions,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(id, cancellationToken) is not { } account)
        {
            return Problems.NotFound.ToProblem();
        }

        http.Response.Headers.ETag = account.EntityTag;
        return TypedResults.Ok(AdminUserDetails.Of(
            account, await statuses.ReadAsync(account, cancellationToken), await subscriptions.FindSubscriptionAsync(id, cancellationToken)));
    }

    /// <summary>Create a user</summary>
    /// <remarks>
    /// Requires the role <c>admin</c>, and works even if registration is closed. The user gets an email with a link to choose a password, which is valid for
    /// three days. The user can't log in before that.
    /// </remarks>
    internal static async Task<Results<Created<AdminUserResponse>, Problem>> CreateUser(
        CreateUserRequest body, UserCreation creation, HttpContext http, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryNormalize(body.Email, out var email, out var reason))
        {
            return Refusal.Invalid("email", reason).ToProblem();
        }

        switch (await creation.TryAsync(email, body, StaffMember.Of(http), cancellationToken))
        {
            case UserResult.Done { Account: var made }:
                http.Response.Headers.ETag = made.EntityTag;
                return TypedResults.Created($"/api/v1/admin/users/{made.Id}", made.ToResponse());
            case UserResult.Refused refused:
                return refused.Refusal.ToProblem();
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Change a user</summary>
    /// <remarks>
    /// Requires the role <c>admin</c>. Omitted fields aren't changed. Changes take effect with the next request, and on other replicas within 250 ms.
    /// Disabling an account also ends its sessions and invalidates emailed links. The last administrator can't be demoted or disabled.
    /// </remarks>
    internal static async Task<Results<Ok<AdminUserResponse>, Problem>> UpdateUser(
        [Description(IdDescription)] Guid id,
        UpdateUserRequest body,
        [FromHeader(Name = "If-Match"), Description(IfMatchDescription)] string? ifMatch,
        UserUpdate update,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (!IfMatch.TryParse(ifMatch, out var precondition))
        {
            return IfMatch.Malformed.ToProblem();
        }

        switch (await update.TryAsync(id, body, precondition, StaffMember.Of(http), cancellationToken))
        {
            case UserResult.Done { Account: var updated }:
                http.Response.Headers.ETag = updated.EntityTag;
                return TypedResults.Ok(updated.ToResponse());
            case UserResult.Refused refused:
                return refused.Refusal.ToProblem();
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Delete a user</summary>
    /// <remarks>
    /// Requires the role <c>admin</c>. Deletes the account and everything that belongs to it: sessions, API keys, passkeys, and usage. If the account has more
    /// than 5,000 rows of usage, they are inaccessible immediately and removed in the background within minutes. The user gets a final notice by email. The
    /// audit log keeps the account's events without IP addresses, user agents, and details. The deletion event keeps who deleted the account and its last
    /// state, but not whose account it was. The last administrator can't be deleted.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> DeleteUser(
        [Description(IdDescription)] Guid id,
        [FromHeader(Name = "If-Match"), Description(IfMatchDescription)] string? ifMatch,
        UserDeletion deletion,
        HttpContext http,
        CancellationToken cancellationToken) =>
        !IfMatch.TryParse(ifMatch, out var precondition) ? IfMatch.Malformed.ToProblem()
        : await deletion.TryAsync(id, precondition, StaffMember.Of(http), cancellationToken) is { } problem ? problem.ToProblem()
        : TypedResults.NoContent();
}
