using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage.Sums;

/// <summary>A database with usage that other programs write, and the server's job that adds it up.</summary>
internal sealed class UsageDatabase(string connectionString) : IAsyncDisposable
{
    /// <summary>The rows by quarter-hour and the months of their names, as the sums should be.</summary>
    private const string Raw = """
        SELECT user_id, coalesce(api_key_id, '00000000-0000-0000-0000-000000000000') AS api_key_id,
            date_bin('15 minutes', created_at, '2000-01-01Z') AS quarter, endpoint, coalesce(provider, '') AS provider,
            CASE WHEN status_code BETWEEN 100 AND 599 THEN status_code / 100 ELSE 0 END AS status_class,
            1::bigint AS requests, coalesce(tokens_used, 0)::bigint AS tokens_used,
            CASE WHEN cost_usd = 'NaN' THEN 0 ELSE coalesce(cost_usd, 0) END AS cost_usd,
            coalesce(status_code >= 400, error_message IS NOT NULL)::int::bigint AS errors, coalesce(cost_usd = 'NaN', false)::int::bigint AS unpriced
        FROM usage_logs WHERE isfinite(created_at)
        """;

    private const string Deltas = "requests, tokens_used, cost_micros / 1000000.0 AS cost_usd, errors, unpriced FROM";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public NpgsqlDataSource Source { get; } = DataSources.Build(connectionString);

    public string ConnectionString => connectionString;

    public static async Task<UsageDatabase> CreateAsync(PostgresCluster cluster) => new(await cluster.CreateDatabaseAsync());

    public async Task<Guid> AddUserAsync()
    {
        var id = Guid.NewGuid();
        await RunAsync("INSERT INTO users (id, email, password_hash) VALUES ($1, $1 || '@example.com', 'x')", id);
        return id;
    }

    public async Task<Guid> AddKeyAsync(Guid user)
    {
        var id = Guid.NewGuid();
        await RunAsync("INSERT INTO api_keys (id, user_id, key_hash) VALUES ($1, $2, $1::text)", id, user);
        return id;
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = CreateCommand(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    public async Task<int> RunAsync(string sql, params object[] parameters)
    {
        await using var command = CreateCommand(sql, parameters);
        return await command.ExecuteNonQueryAsync(Ct);
    }

    /// <summary>Creates the job of a further replica.</summary>
    public UsageFold CreateFold(params IUsageFolded[] listeners) => CreateFold([], listeners);

    /// <summary>Creates the job of a replica on which other features get the same usage.</summary>
    public UsageFold CreateFold(IFoldTarget[] targets, params IUsageFolded[] listeners) =>
        new(Source, targets, listeners, TimeProvider.System, NullLogger<UsageFold>.Instance);

    /// <summary>Adds up everything that is committed.</summary>
    public Task<IReadOnlyCollection<Guid>> FoldAsync() => CreateFold().RunAsync(Ct);

    /// <summary>
    /// Compares each table of sums, together with the rows that aren't folded yet, with the usage itself, in one statement, so it may run while others write.
    /// </summary>
    /// <param name="isByName">False if names were combined into <c>other</c>.</param>
    public async Task ShouldBeExactAsync(bool isByName = true)
    {
        var names = isByName ? "endpoint, provider, " : "";
        Assert.Equal(0L, await ReadAsync<long>(Differences("usage_quarters", "quarter", $"api_key_id, {names}status_class, quarter")));
        Assert.Equal(
            0L,
            await ReadAsync<long>(Differences(
                "usage_days", "day::timestamp AT TIME ZONE 'UTC'", $"api_key_id, {names}status_class, date_trunc('day', quarter, 'UTC')")));
        Assert.Equal(
            0L,
            await ReadAsync<long>(Differences(
                "(SELECT *, ''::varchar AS endpoint, ''::varchar AS provider, 0::smallint AS status_class FROM usage_months) AS m",
                "month::timestamp AT TIME ZONE 'UTC'",
                "api_key_id, date_trunc('month', quarter, 'UTC')")));
    }

    /// <summary>Waits until a running server has folded everything.</summary>
    public async Task<bool> IsFoldedAsync() => await ReadAsync<bool>("SELECT NOT EXISTS (SELECT FROM usage_deltas)");

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private NpgsqlCommand CreateCommand(string sql, object[] parameters)
    {
        var command = Source.CreateCommand(sql);
        command.CommandTimeout = 120;
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    private static string Differences(string table, string quarter, string keys)
    {
        var sums = $"user_id, {keys} AS period, sum(requests), sum(tokens_used), sum(cost_usd), sum(errors), sum(unpriced)";
        var groups = $"user_id, {keys}";
        var raw = $"SELECT {sums} FROM ({Raw}) AS raw GROUP BY {groups}";
        var kept = $"""
            SELECT {sums} FROM (
                SELECT user_id, api_key_id, {quarter} AS quarter, endpoint, provider, status_class, {Deltas} {table}
                UNION ALL SELECT user_id, api_key_id, quarter, endpoint, provider, status_class, {Deltas} usage_deltas) AS kept GROUP BY {groups}
            """;
        return $"SELECT count(*) FROM (({raw} EXCEPT {kept}) UNION ALL ({kept} EXCEPT {raw})) AS differences";
    }
}
