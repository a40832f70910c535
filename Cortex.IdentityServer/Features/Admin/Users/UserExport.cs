using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Writes users line by line, as long as the staff member stays authorized to read them.</summary>
internal sealed partial class UserExport(UserPages users, StaffAuthorizer authorizer, IOptions<JsonOptions> json, ILogger<UserExport> logger)
{
    /// <summary>Returns true if all users were written; false if the staff member lost the authorization, so that the output is incomplete.</summary>
    /// <param name="filter">The users to export.</param>
    /// <param name="order">The order of the users.</param>
    /// <param name="staff">The staff member, who is authorized again before each page because a slow reader can keep an export open for a long time.</param>
    /// <param name="body">The response body.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<bool> TryWriteAsync(UserFilter filter, UserOrder order, StaffMember staff, Stream body, CancellationToken cancellationToken)
    {
        var format = json.Value.SerializerOptions;
        await foreach (var page in users.AllAsync(filter, order, cancellationToken))
        {
            if ((await authorizer.AuthorizeAsync(staff, Role.Support, cancellationToken)).Refusal is { } refusal)
            {
                Log.CutShort(logger, staff.Id, refusal.Code);
                return false;
            }

            foreach (var user in page)
            {
                await JsonSerializer.SerializeAsync(body, user, format, cancellationToken);
                await body.WriteAsync(Ndjson.NewLine, cancellationToken);
            }

            await body.FlushAsync(cancellationToken);
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(4704, LogLevel.Warning, "An export of users was cut short: staff member {StaffId} is no longer authorized ({Code})")]
        public static partial void CutShort(ILogger logger, Guid staffId, string code);
    }
}
