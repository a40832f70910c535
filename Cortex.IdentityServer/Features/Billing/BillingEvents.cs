using System.Text;
using Cortex.IdentityServer.Foundation.Http;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>Reads <c>billing_events</c> page by page, newest first. The time per page doesn't depend on its position.</summary>
/// <remarks>NULL in an old row reads as the column's default; a row without a time sorts as older than all others.</remarks>
internal sealed class BillingEvents(NpgsqlDataSource database)
{
    /// <summary>The expressions by which events are sorted and filtered. They must equal those of the indexes.</summary>
    private const string CreatedAt = "coalesce(created_at, '-infinity')";
    private const string Processed = "coalesce(processed, false)";

    /// <param name="processed">True for processed events only, false for pending ones only.</param>
    /// <param name="userId">Only events of this user.</param>
    /// <param name="after">Events older than this one; null for the newest.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<BillingEventPage> PageAsync(bool? processed, Guid? userId, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select(processed, isOfUser: userId is not null, isLater: after is not null));
        command.Parameters.Add(new NpgsqlParameter<int>("more", limit + 1));
        if (userId is { } user)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid>("user", user));
        }

        if (after is { } last)
        {
            command.Parameters.Add(new NpgsqlParameter<long>("at", NpgsqlDbType.TimestampTz) { TypedValue = last.Stored });
            command.Parameters.Add(new NpgsqlParameter<Guid>("id", last.Id));
        }

        var items = new List<BillingEventResponse>();
        TimeCursor? end = null;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (items.Count == limit)
            {
                return new(items, end?.ToText());
            }

            var id = row.GetGuid(0);
            items.Add(new(id, row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetFieldValue<DateTimeOffset?>(5)));
            end = new(row.GetFieldValue<long>(6), id);
        }

        return new(items, NextCursor: null);
    }

    /// <summary>Builds a separate statement for each set of filters, so that each one is planned as a scan of its index.</summary>
    private static string Select(bool? processed, bool isOfUser, bool isLater)
    {
        var sql = new StringBuilder($"SELECT id, user_id, event_type, polar_event_id, {Processed}, created_at, {CreatedAt} FROM billing_events WHERE true");
        sql.Append(processed switch { true => $" AND {Processed} = true", false => $" AND {Processed} = false", null => "" });
        sql.Append(isOfUser ? " AND user_id = @user" : "");
        sql.Append(isLater ? $" AND ({CreatedAt}, id) < (@at, @id)" : "");
        return sql.Append($" ORDER BY {CreatedAt} DESC, id DESC LIMIT @more").ToString();
    }
}
