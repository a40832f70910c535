using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The routes that list and export users.</summary>
internal static class UserListEndpoints
{
    /// <summary>List users</summary>
    /// <remarks>
    /// Requires the role `admin` or `support`. Filters combine. Every page takes the same time, even the last one of millions of users. A page has fewer users
    /// than `limit` only at the end, or if an email search that matches more than 5,000 users is sorted by `created_at`, so continue until `next_cursor` is
    /// null.
    /// </remarks>
    internal static async Task<Results<Ok<UserPageResponse>, Problem>> ListUsers(
        [AsParameters] UserListParameters wanted,
        [FromQuery, Description("The number of users per page, 1 to 200; 50 by default.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the previous page, with the same filters and order.")] string? cursor,
        UserPages users,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (filter, order) = wanted.Read(query);
        var count = query.ReadLimit(limit);
        var after = cursor is null ? null : UserCursor.Parse(cursor, order);
        if (cursor is not null && after is null)
        {
            query.AddError("cursor", "must be the next_cursor of the previous page, with the same order");
        }

        if (query.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        var page = await users.PageAsync(filter, order, after, count, cancellationToken);
        return TypedResults.Ok(new UserPageResponse(page.Items, page.Next?.ToText()));
    }

    /// <summary>Export users</summary>
    /// <remarks>
    /// Requires the role `admin` or `support`. Returns users line by line (NDJSON), with the fields, filters, and order of the list, and without secrets,
    /// hashes, and tokens. A user who is added or deleted during the export may or may not be included; every other user is included exactly once. A response
    /// that ends before its last chunk is incomplete, which also happens if the caller loses the role, the session, or the account.
    /// </remarks>
    internal static async Task<Results<PushStreamHttpResult, Problem>> ExportUsers(
        [AsParameters] UserListParameters wanted, UserExport export, AuditLog audit, HttpContext http, CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (filter, order) = wanted.Read(query);
        if (query.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (HttpMethods.IsHead(http.Request.Method))
        {
            return HeadResponse.Of(Ndjson.MediaType);
        }

        await audit.RecordAsync(
            AuditAction.UsersExported, AuditLog.Success, http.User.UserId(), userId: null, http.AdministratorOrigin(),
            AuditLog.Details(("filters", filter.Names)), cancellationToken);
        return TypedResults.Stream(
            async body =>
            {
                if (!await export.TryWriteAsync(filter, order, StaffMember.Of(http), body, cancellationToken))
                {
                    // Completing the response would tell the client that these are all users.
                    http.Abort();
                }
            },
            Ndjson.MediaType);
    }
}
