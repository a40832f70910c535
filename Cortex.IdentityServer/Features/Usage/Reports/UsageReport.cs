using Cortex.IdentityServer.Features.Usage.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Adds up usage by time and, optionally, by group. It reads the sums, so its time doesn't depend on the number of requests (decision 0024).</summary>
internal sealed class UsageReport(NpgsqlDataSource database, GroupNames names)
{
    /// <summary>The maximum number of groups, those with the most requests; the others are combined into <see cref="ReportGrouping.Other"/>.</summary>
    public const int MaxGroups = 100;

    /// <summary>The maximum number of points over all groups; a series with many intervals shows fewer groups.</summary>
    private const int MaxPoints = 20_000;

    /// <summary>
    /// The timeout of a statement over all users, in seconds. It reads a row a day for each user, key, endpoint, provider, and class of status: about a
    /// second for three million.
    /// </summary>
    private const int TimeoutOfAllUsers = 30;

    /// <param name="scope">Whose usage is counted.</param>
    /// <param name="period">The period and its intervals.</param>
    /// <param name="grouping">The grouping; null for a single series.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<UsageReportResponse> ReadAsync(
        ReportScope scope, ReportPeriod period, ReportGrouping? grouping, CancellationToken cancellationToken)
    {
        var starts = period.FindStarts();
        var counted = starts.Count == 0 || scope.IsEmpty ? [] : await CountAsync(scope, period, starts, grouping, cancellationToken);
        List<string?> groups = grouping is null ? [null] :
        [
            .. counted.GroupBy(point => point.Group)
                .OrderBy(group => group.Key == ReportGrouping.Other)
                .ThenByDescending(group => group.Sum(point => point.Requests))
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.Key),
        ];
        var nameOf = await names.ReadAsync(scope, grouping, groups, cancellationToken);
        var known = counted.ToDictionary(point => (point.Start, point.Group));
        return new(
            period.From,
            period.To,
            period.Granularity,
            grouping?.Name,
            period.Zone.Id,
            new(
                counted.Sum(point => point.Requests),
                counted.Sum(point => point.TokensUsed),
                counted.Sum(point => point.CostUsd),
                counted.Sum(point => point.Errors),
                counted.Sum(point => point.Unpriced)),
            [.. starts.SelectMany(_ => groups, (start, group) => Named(known.GetValueOrDefault((start, group)) ?? UsagePoint.Empty(start, group)))]);

        UsagePoint Named(UsagePoint point) => point.Group is { } group && nameOf.TryGetValue(group, out var name) ? point with { GroupName = name } : point;
    }

    /// <summary>Reads the points that have usage, unordered.</summary>
    private async Task<List<UsagePoint>> CountAsync(
        ReportScope scope, ReportPeriod period, IReadOnlyList<DateTimeOffset> starts, ReportGrouping? grouping, CancellationToken cancellationToken)
    {
        var sql = new ReportSql(scope, grouping);
        var limit = Math.Clamp(MaxPoints / (starts.Count + 1), 1, MaxGroups);
        var largest = sql.HasManyGroups ? await LargestAsync(sql, scope, period, limit, cancellationToken) : [];
        var pieces = ReportPieces.Of(period.From, period.To, starts.Skip(1), period.Granularity == ReportPeriod.Hour);
        await using var command = CreateCommand(sql.Points, scope, pieces, limit);
        command.Parameters.Add(new NpgsqlParameter<string[]>("largest", largest));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var points = new List<UsagePoint>();
        while (await row.ReadAsync(cancellationToken))
        {
            points.Add(new(
                starts[row.GetInt32(0) - 1],
                await row.IsDBNullAsync(1, cancellationToken) ? null : row.GetString(1),
                GroupName: null,
                row.GetInt64(2),
                row.GetInt64(3),
                MicroDollars.ToDecimal(row.GetInt64(4)),
                row.GetInt64(5),
                row.GetInt64(6)));
        }

        return points;
    }

    private async Task<string[]> LargestAsync(ReportSql sql, ReportScope scope, ReportPeriod period, int limit, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(sql.LargestGroups, scope, ReportPieces.Of(period.From, period.To, inner: [], isByHour: false), limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var groups = new List<string>();
        while (await row.ReadAsync(cancellationToken))
        {
            groups.Add(row.GetString(0));
        }

        return [.. groups];
    }

    /// <summary>Npgsql sends only the parameters that the statement names.</summary>
    private NpgsqlCommand CreateCommand(string sql, ReportScope scope, ReportPieces pieces, int limit)
    {
        var command = database.CreateCommand(sql);
        if (scope.UserId is null)
        {
            command.CommandTimeout = TimeoutOfAllUsers;
        }

        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<Guid>("user", scope.UserId ?? Guid.Empty),
            new NpgsqlParameter<Guid>("key", scope.ApiKeyId ?? Guid.Empty),
            new NpgsqlParameter<int>("limit", limit),
            Times("quarter_starts", pieces.QuarterHours.Select(range => range.Start)),
            Times("quarter_ends", pieces.QuarterHours.Select(range => range.End)),
            Numbers("share_ranges", pieces.Shares.Select(share => share.Range)),
            Numbers("share_intervals", pieces.Shares.Select(share => share.Interval)),
            Numbers("share_signs", pieces.Shares.Select(share => share.Sign)),
            Dates("day_starts", pieces.Days.Select(range => range.Start)),
            new NpgsqlParameter<DateOnly>("first_day", pieces.Days.FirstOrDefault().Start),
            new NpgsqlParameter<DateOnly>("until_day", pieces.Days.LastOrDefault().End),
            Numbers("day_intervals", pieces.Days.Select(range => range.Interval)),
            Times("row_starts", pieces.Rows.Select(range => range.Start)),
            Times("row_ends", pieces.Rows.Select(range => range.End)),
            Numbers("row_intervals", pieces.Rows.Select(range => range.Interval)),
            Times("starts", pieces.Starts),
            new NpgsqlParameter<DateTimeOffset>("first", pieces.Starts[0]),
            new NpgsqlParameter<DateTimeOffset>("until", pieces.End),
        });
        return command;
    }

    private static NpgsqlParameter<DateTimeOffset[]> Times(string name, IEnumerable<DateTimeOffset> times) => new(name, [.. times]);

    private static NpgsqlParameter<int[]> Numbers(string name, IEnumerable<int> numbers) => new(name, [.. numbers]);

    private static NpgsqlParameter<DateOnly[]> Dates(string name, IEnumerable<DateOnly> dates) =>
        new(name, NpgsqlDbType.Array | NpgsqlDbType.Date) { TypedValue = [.. dates] };
}
