using System.Net.Http.Json;
using Cortex.IdentityServer.Features.Usage.Removal;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Accounts with more usage than is deleted within a request, and the job that removes it.</summary>
internal static class LargeAccounts
{
    /// <summary>One row more than are deleted within a request.</summary>
    public const int Rows = 5_001;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Records usage as another program would, one row a minute.</summary>
    public static Task AddUsageAsync(this CortexApp app, Guid user, Guid key, int rows = Rows) => app.SqlAsync(
        "INSERT INTO usage_logs (user_id, api_key_id, endpoint, tokens_used, cost_usd, status_code, created_at) "
            + "SELECT $1, $2, '/chat/' || number % 7, 10, 0.000123, 200, now() - number * interval '1 minute' FROM generate_series(1, $3) AS number",
        user, key, rows);

    public static Task<HttpResponseMessage> DeleteMeAsync(this HttpClient http, TestUser user) => http.SendAsync(
        new(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = user.Password }) }, Cancel);

    /// <summary>Keeps the job of every replica from running until the result is disposed of, as if another replica were at work.</summary>
    public static async Task<NpgsqlConnection> PauseRemovalAsync(this CortexApp app)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(app.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({DeletedAccounts.LockKey})", connection);
        await hold.ExecuteNonQueryAsync(Cancel);
        return connection;
    }

    /// <summary>Waits until the job has removed all tombstones.</summary>
    public static Task WaitForRemovalAsync(this CortexApp app)
    {
        app.Services.GetRequiredService<RemovalSignal>().Wake();
        return Poll.UntilAsync(
            Timeout, "all tombstones are removed", async () => await app.SqlAsync("SELECT count(*) FROM users WHERE deleted_at IS NOT NULL") is 0L);
    }

    /// <summary>Returns the names of the tables that contain the user's id, except for the audit log.</summary>
    public static async Task<string> TablesOfAsync(this CortexApp app, Guid user)
    {
        var tables = (string[])(await app.SqlAsync(
            """
            SELECT array_agg(table_name::text ORDER BY table_name) FROM information_schema.columns JOIN information_schema.tables
                USING (table_schema, table_name)
            WHERE table_schema = 'public' AND column_name = 'user_id' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'audit_events%'
            """))!;
        var found = new List<string>();
        foreach (var table in tables)
        {
            // The notice of the deletion stays in the outbox until it is sent.
            if (await app.SqlAsync(
                $"SELECT EXISTS (SELECT FROM {table} WHERE user_id = $1 AND to_jsonb({table}) ->> 'kind' IS DISTINCT FROM 'account_deleted')", user) is true)
            {
                found.Add(table);
            }
        }

        return string.Join(' ', found);
    }
}
