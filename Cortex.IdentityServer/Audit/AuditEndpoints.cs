using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Audit;

/// <summary>What a user may see of what happened to their account.</summary>
internal static class AuditEndpoints
{
    private const int MostAtOnce = 200;
    private const int Usual = 50;

    /// <summary>List what happened to the caller's account</summary>
    /// <remarks>Logins, failed ones too, and every change of the account, newest first; for as long as the operator keeps them.</remarks>
    internal static async Task<Results<Ok<AuditEventPage>, Problem>> ListEvents(
        [FromQuery, Description("Events on a page, 1 to 200; 50 if left out.")][Range(1, MostAtOnce)] string? limit,
        [FromQuery, Description("The next_cursor of the page before.")] string? cursor,
        ClaimsPrincipal caller,
        AuditReader events,
        CancellationToken cancellationToken)
    {
        if (!int.TryParse(limit ?? $"{Usual}", NumberStyles.None, CultureInfo.InvariantCulture, out var many) || many is < 1 or > MostAtOnce)
        {
            return Problem.Invalid("limit", $"must be a whole number from 1 to {MostAtOnce}");
        }

        AuditCursor? after = null;
        if (cursor is not null)
        {
            if (!AuditCursor.TryParse(cursor, out var given))
            {
                return Problem.Invalid("cursor", "must be the next_cursor of the page before");
            }

            after = given;
        }

        return TypedResults.Ok(await events.PageAsync(caller.UserId(), after, many, cancellationToken));
    }
}
