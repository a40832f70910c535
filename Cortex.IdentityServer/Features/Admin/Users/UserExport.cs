using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Writes users line by line, for as long as who asked for them may read them.</summary>
internal sealed partial class UserExport(UserPages users, StaffRights rights, IOptions<JsonOptions> json, ILogger<UserExport> logger)
{
    /// <summary>Whether all are written; else the right to read on is gone, and what is written is only the beginning.</summary>
    /// <param name="filter">Which users.</param>
    /// <param name="order">In which order.</param>
    /// <param name="staff">Who asks. An export can take as long as they read slowly, so they are looked at again before each page.</param>
    /// <param name="body">Where to.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<bool> TryWriteAsync(UserFilter filter, UserOrder order, StaffMember staff, Stream body, CancellationToken cancellationToken)
    {
        var format = json.Value.SerializerOptions;
        await foreach (var page in users.AllAsync(filter, order, cancellationToken))
        {
            if ((await rights.CheckAsync(staff, Role.Support, cancellationToken)).Refusal is { } refusal)
            {
                Log.BrokenOff(logger, staff.Id, refusal.Code);
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
        [LoggerMessage(
            Level = LogLevel.Warning, Message = "An export of users was cut short: the staff member {StaffId} no longer has the right to it ({Code})")]
        public static partial void BrokenOff(ILogger logger, Guid staffId, string code);
    }
}
