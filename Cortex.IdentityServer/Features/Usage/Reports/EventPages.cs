using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Foundation.Http;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Reads events of one user page by page, newest first. The time per page doesn't depend on its position or on the number of events.</summary>
internal sealed class EventPages(NpgsqlDataSource database)
{
    /// <summary>The page size when all events are read.</summary>
    private const int ExportPageSize = 1000;

    /// <summary>The number of events that a page compares with a filter for which there is no index.</summary>
    private const int ScannedEvents = 5_000;

    /// <summary>The same when all events are read.</summary>
    private const int ScannedEventsOfExport = 20_000;

    /// <param name="scope">Whose events are read.</param>
    /// <param name="filter">The events to read.</param>
    /// <param name="after">The end of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of events. A page of a filter that few events match may have fewer although more follow.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public Task<EventPage> PageAsync(ReportScope scope, EventFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken) =>
        PageAsync(scope, filter, after, limit, ScannedEvents, cancellationToken);

    /// <summary>Reads all events after a position page by page, so that a slow reader doesn't occupy a database connection. Pages may be empty.</summary>
    public async IAsyncEnumerable<IReadOnlyList<UsageEventResponse>> AllAsync(
        ReportScope scope, EventFilter filter, TimeCursor? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await PageAsync(scope, filter, after, ExportPageSize, ScannedEventsOfExport, cancellationToken);
            yield return page.Items;
            after = page.Next;
        }
        while (after is not null);
    }

    private async Task<EventPage> PageAsync(
        ReportScope scope, EventFilter filter, TimeCursor? after, int limit, int scanned, CancellationToken cancellationToken)
    {
        // A key that may see only its own usage finds nothing under another key's id.
        if (scope.ApiKeyId is { } only && filter.ApiKeyId is { } wanted && wanted != only)
        {
            return new([], null);
        }

        var key = scope.ApiKeyId ?? filter.ApiKeyId;
        await using var command = database.CreateCommand(new EventPageSql(filter, key is not null, after is not null, limit + 1, scanned).Text);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<Guid>("user", scope.UserId!.Value),
            new NpgsqlParameter<Guid>("key", key ?? Guid.Empty),
            new NpgsqlParameter<string>("endpoint", filter.Endpoint ?? ""),
            new NpgsqlParameter<string>("provider", filter.Provider ?? ""),
            new NpgsqlParameter<int>("status", filter.StatusCode ?? 0),
            new NpgsqlParameter<DateTimeOffset>("from", filter.From ?? default),
            new NpgsqlParameter<DateTimeOffset>("to", filter.To ?? default),
            new NpgsqlParameter<long>("time", NpgsqlDbType.TimestampTz) { TypedValue = after?.Stored ?? default },
            new NpgsqlParameter<Guid>("id", after?.Id ?? default),
        });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(UsageEventResponse Event, TimeCursor Position)>();
        TimeCursor? end = null;
        while (await row.ReadAsync(cancellationToken))
        {
            var (item, position, isEnd) = Read(row);
            if (isEnd)
            {
                end = position;
            }
            else
            {
                found.Add((item, position));
            }
        }

        return found.Count > limit
            ? new([.. found.Take(limit).Select(match => match.Event)], found[limit - 1].Position)
            : new([.. found.Select(match => match.Event)], end);
    }

    private static (UsageEventResponse Event, TimeCursor Position, bool IsEnd) Read(NpgsqlDataReader row)
    {
        var item = new UsageEventResponse(
            row.GetGuid(0),
            row.GetFieldValue<Guid?>(1),
            row.GetString(2),
            row.GetFieldValue<int?>(3),
            row.GetFieldValue<decimal?>(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.GetFieldValue<int?>(6),
            row.GetFieldValue<int?>(7),
            row.IsDBNull(8) ? null : row.GetString(8),
            row.GetFieldValue<DateTimeOffset?>(9));
        return (item, new(row.GetFieldValue<long>(10), item.Id), row.GetBoolean(11));
    }
}
