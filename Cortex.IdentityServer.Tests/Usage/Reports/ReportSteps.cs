using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>The numbers of a report's totals or of one of its points.</summary>
/// <param name="Requests">The number of requests.</param>
/// <param name="Tokens">The number of tokens.</param>
/// <param name="Cost">The cost in US dollars.</param>
/// <param name="Errors">The number of errors.</param>
public readonly record struct Numbers(long Requests, long Tokens, decimal Cost, long Errors);

/// <summary>Reads reports, and what they should show.</summary>
internal static class ReportSteps
{
    /// <summary>The numbers of rows of <c>usage_logs</c>, calculated from the rows themselves.</summary>
    public const string NumbersOfRows =
        "count(*), coalesce(sum(tokens_used), 0)::bigint, coalesce(sum(cost_usd), 0), count(*) FILTER (WHERE status_code >= 400)";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<JsonElement> ReportAsync(this HttpClient http, string query = "") =>
        await (await http.FetchAsync(UsageSteps.Route + query)).JsonAsync(HttpStatusCode.OK);

    public static List<JsonElement> Series(this JsonElement report) => [.. report.GetProperty("series").EnumerateArray()];

    public static DateTimeOffset Start(this JsonElement point) => point.GetProperty("start").GetDateTimeOffset();

    public static string? Group(this JsonElement point) => point.GetProperty("group").GetString();

    public static Numbers Numbers(this JsonElement counted) => new(
        counted.GetProperty("requests").GetInt64(), counted.GetProperty("tokens_used").GetInt64(), counted.GetProperty("cost_usd").GetDecimal(),
        counted.GetProperty("errors").GetInt64());

    public static Numbers Totals(this JsonElement report) => report.GetProperty("totals").Numbers();

    /// <summary>Runs the job that adds up usage, which in tests only runs when the clock is moved.</summary>
    public static Task FoldAsync(this CortexApp app) => app.Services.GetRequiredService<UsageFold>().RunAsync(Ct);

    /// <summary>
    /// Runs the job until everything is added up. After the clock was moved, the server's own run may be in progress, and another one would do nothing.
    /// </summary>
    public static Task FoldAllAsync(this CortexApp app) => Poll.UntilAsync(TimeSpan.FromSeconds(30), "usage that is added up", async () =>
    {
        await app.FoldAsync();
        return await app.SqlAsync("SELECT NOT EXISTS (SELECT FROM usage_deltas)") is true;
    });

    /// <summary>Writes rows at random times of a period, as another program would, with costs that don't add up to round numbers.</summary>
    public static Task WriteRandomRowsAsync(
        this CortexApp app, Guid user, DateTimeOffset from, DateTimeOffset to, int count, Guid key = default) => app.SqlAsync(
        """
        INSERT INTO usage_logs (user_id, api_key_id, endpoint, provider, tokens_used, cost_usd, status_code, created_at)
        SELECT $1, nullif($5, '00000000-0000-0000-0000-000000000000'::uuid),
            '/v1/' || n % 3, CASE n % 4 WHEN 0 THEN NULL ELSE 'p' || n % 4 END, n, n * 0.001237, CASE WHEN n % 5 = 0 THEN 503 ELSE 200 END,
            $2 + random() * ($3::timestamptz - $2) FROM generate_series(1, $4) AS n
        """,
        user, from.UtcDateTime, to.UtcDateTime, count, key);

    /// <summary>Reads numbers with SQL: of one or more groups of rows, in order.</summary>
    public static async Task<List<Numbers>> NumbersAsync(this CortexApp app, string sql, params object[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var command = source.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var row = await command.ExecuteReaderAsync(Ct);
        var numbers = new List<Numbers>();
        while (await row.ReadAsync(Ct))
        {
            numbers.Add(new(row.GetInt64(0), row.GetInt64(1), row.GetDecimal(2), row.GetInt64(3)));
        }

        return numbers;
    }
}
