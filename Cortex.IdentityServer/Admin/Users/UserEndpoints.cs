using System.ComponentModel;
using System.Diagnostics;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>One user: shown, made, changed, deleted.</summary>
internal static class UserEndpoints
{
    private const string AboutId = "The id of the user.";
    private const string AboutIfMatch = "The ETag of an earlier answer, or several, or *: nothing is changed if the user was changed since.";

    /// <summary>Show a user</summary>
    /// <remarks>For <c>admin</c> and <c>support</c>. The ETag stands for what can be edited: it changes with the account and its roles, not with a login.</remarks>
    internal static async Task<Results<Ok<AdminUserDetails>, Problem>> GetUser(
        [Description(AboutId)] Guid id, ManagedAccounts accounts, AccountConditions conditions, HttpContext http, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(id, cancellationToken) is not { } account)
        {
            return (Problem)Problems.NotFound;
        }

        http.Response.Headers.ETag = account.EntityTag;
        return TypedResults.Ok(AdminUserDetails.Of(account, await conditions.ReadAsync(account, cancellationToken)));
    }

    /// <summary>Make a user</summary>
    /// <remarks>For <c>admin</c>, also where registration is closed. The user gets a mail with a link to choose a password, good for three days; until then nobody can log in.</remarks>
    internal static async Task<Results<Created<AdminUserResponse>, Problem>> CreateUser(
        CreateUserRequest body, UserCreation creation, HttpContext http, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryNormalize(body.Email, out var email, out var reason))
        {
            return Problem.Invalid("email", reason);
        }

        switch (await creation.TryAsync(email, body, StaffMember.Of(http), cancellationToken))
        {
            case UserResult.Done { Account: var made }:
                http.Response.Headers.ETag = made.EntityTag;
                return TypedResults.Created($"/api/v1/admin/users/{made.Id}", made.ToResponse());
            case UserResult.Refused refused:
                return refused.Problem;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Change a user</summary>
    /// <remarks>
    /// For <c>admin</c>. What is left out stays as it is. It counts from the next request on, on every replica; switching an account off also ends its sessions and voids
    /// links that were mailed. The last administrator can't be demoted or switched off.
    /// </remarks>
    internal static async Task<Results<Ok<AdminUserResponse>, Problem>> UpdateUser(
        [Description(AboutId)] Guid id,
        UpdateUserRequest body,
        [FromHeader(Name = "If-Match"), Description(AboutIfMatch)] string? ifMatch,
        UserUpdate update,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (!IfMatch.TryRead(ifMatch, out var precondition))
        {
            return IfMatch.Malformed;
        }

        switch (await update.TryAsync(id, body, precondition, StaffMember.Of(http), cancellationToken))
        {
            case UserResult.Done { Account: var updated }:
                http.Response.Headers.ETag = updated.EntityTag;
                return TypedResults.Ok(updated.ToResponse());
            case UserResult.Refused refused:
                return refused.Problem;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Delete a user</summary>
    /// <remarks>
    /// For <c>admin</c>. The account goes with everything that hangs on it: sessions, API keys, passkeys, usage. A last notice is mailed. The audit log keeps what happened to
    /// it, without address, program and details, and of the deletion who did it and what the account was, but not whose. The last administrator can't be deleted.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> DeleteUser(
        [Description(AboutId)] Guid id,
        [FromHeader(Name = "If-Match"), Description(AboutIfMatch)] string? ifMatch,
        UserDeletion deletion,
        HttpContext http,
        CancellationToken cancellationToken) =>
        !IfMatch.TryRead(ifMatch, out var precondition) ? IfMatch.Malformed
        : await deletion.TryAsync(id, precondition, StaffMember.Of(http), cancellationToken) is { } problem ? problem
        : TypedResults.NoContent();
}
