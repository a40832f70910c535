using System.ComponentModel;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>Many users at a time.</summary>
internal static class UserListEndpoints
{
    public static void MapUserLists(this IEndpointRouteBuilder admin)
    {
        admin.MapGet("/users", ListUsers).RequireAuthorization(Policies.Support).Refuses(Problems.ValidationFailed);
        admin.MapGet("/users/export", ExportUsers).RequireAuthorization(Policies.Support).Refuses(Problems.ValidationFailed)
            .AnswersLines(typeof(AdminUserResponse));
    }

    /// <summary>List users</summary>
    /// <remarks>
    /// A page at a time; filters combine. Every page takes the same time, also the last of millions. For `support` too. A page holds fewer users than
    /// `limit` only at the end, or where an email search that more than 5,000 users match is sorted by `created_at`: go on until `next_cursor` is null.
    /// </remarks>
    internal static async Task<Results<Ok<UserPageResponse>, Problem>> ListUsers(
        [AsParameters] UserListParameters wanted,
        [FromQuery, Description("Users on a page, 1 to 200; 50 if left out.")][LimitValue] string? limit,
        [FromQuery, Description("The next_cursor of the page before, with the same filters and order.")] string? cursor,
        UserPages users,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (filter, order) = wanted.Read(query);
        var many = query.Limit(limit);
        var after = cursor is null ? null : UserCursor.Parse(cursor, order);
        if (cursor is not null && after is null)
        {
            query.Refuse("cursor", "must be the next_cursor of the page before, with the same order");
        }

        if (query.Refusal is { } refusal)
        {
            return refusal;
        }

        var page = await users.PageAsync(filter, order, after, many, cancellationToken);
        return TypedResults.Ok(new UserPageResponse(page.Items, page.Next?.ToText()));
    }

    /// <summary>Export users</summary>
    /// <remarks>
    /// Users line by line (NDJSON), as they are in the list, without secrets, hashes and tokens; with the list's filters and order. A user who is added
    /// or goes meanwhile may be in it or not; all others are in it once. An answer that breaks off before its last chunk isn't complete:
    /// so it does for who loses the role, the session or the account meanwhile. For `support` too.
    /// </remarks>
    internal static async Task<Results<PushStreamHttpResult, Problem>> ExportUsers(
        [AsParameters] UserListParameters wanted, UserExport export, AuditLog audit, HttpContext http, CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var (filter, order) = wanted.Read(query);
        if (query.Refusal is { } refusal)
        {
            return refusal;
        }

        if (HttpMethods.IsHead(http.Request.Method))
        {
            // Nobody gets to see a user, so none is read, and there is no export to note.
            return TypedResults.Stream(_ => Task.CompletedTask, Ndjson.MediaType);
        }

        await audit.WriteAsync(
            AuditAction.UsersExported, AuditLog.Success, http.User.UserId(), userId: null, Client.OfAdministrator(http), AuditLog.Details(("filters", filter.Names)), cancellationToken);
        return TypedResults.Stream(
            async body =>
            {
                if (!await export.TryWriteAsync(filter, order, StaffMember.Of(http), body, cancellationToken))
                {
                    // A good end would say that these are all.
                    http.Abort();
                }
            },
            Ndjson.MediaType);
    }
}
