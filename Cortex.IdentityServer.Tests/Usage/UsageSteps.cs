using System.Globalization;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>A user with an API key.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="KeyId">The key's id.</param>
/// <param name="Session">Sends requests with the user's access token.</param>
/// <param name="Key">Sends requests with the API key.</param>
public sealed record Reporter(Guid UserId, Guid KeyId, HttpClient Session, HttpClient Key);

/// <summary>What services and their owners do with usage.</summary>
internal static class UsageSteps
{
    public const string Route = "/api/v1/usage";

    /// <summary>Signs a user up and creates a key, with <c>usage:write</c> if the user is a service account.</summary>
    public static async Task<Reporter> NewReporterAsync(this CortexApp app, params string[] scopes)
    {
        var (user, _, http) = await app.SignUpAsync();
        if (scopes.Contains("usage:write"))
        {
            await app.SqlAsync("INSERT INTO user_roles(user_id, role_id) SELECT $1, id FROM roles WHERE name = 'service'", user.Id);
        }

        var (keyId, key) = await CortexApp.GenerateKeyAsync(http, scopes);
        return new(user.Id, keyId, http, app.WithKey(key));
    }

    /// <summary>Starts a second server, and returns a client that sends the reporter's key to it.</summary>
    public static HttpClient StartReplica(this CortexApp app, Reporter caller, out IDisposable replica)
    {
        var http = app.StartReplica(out replica);
        http.DefaultRequestHeaders.Add("X-API-Key", caller.Key.DefaultRequestHeaders.GetValues("X-API-Key"));
        return http;
    }

    /// <summary>Reports usage and returns the response's counts.</summary>
    public static async Task<(int Accepted, int Duplicates)> ReportAsync(this HttpClient key, object events)
    {
        var answer = await (await key.PostAsync(Route, events)).JsonAsync(HttpStatusCode.Accepted);
        return (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("duplicates").GetInt32());
    }

    public static async Task<long> CountRowsAsync(this CortexApp app, Guid userId) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1", userId))!;

    /// <summary>Returns the ledger's rows of a user: their number, tokens, and exact cost.</summary>
    public static async Task<string> LedgerAsync(this CortexApp app, Guid userId) => (string)(await app.SqlAsync(
        "SELECT format('%s requests, %s tokens, %s dollars', count(*), coalesce(sum(tokens_used), 0), trim_scale(coalesce(sum(cost_usd), 0))) "
            + "FROM usage_logs WHERE user_id = $1",
        userId))!;

    /// <summary>Returns the sums of a user, whether they are folded or not, in the same form.</summary>
    public static async Task<string> SumsAsync(this CortexApp app, Guid userId) => (string)(await app.SqlAsync(
        """
        SELECT format('%s requests, %s tokens, %s dollars', coalesce(sum(requests), 0), coalesce(sum(tokens_used), 0),
            trim_scale(coalesce(sum(cost_micros), 0) * 0.000001))
        FROM (
            SELECT requests, tokens_used, cost_micros FROM usage_quarters WHERE user_id = $1
            UNION ALL SELECT requests, tokens_used, cost_micros FROM usage_deltas WHERE user_id = $1) AS sums
        """,
        userId))!;

    public static string Iso(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Returns the messages of a problem's field.</summary>
    public static string[] ErrorsOf(this JsonElement problem, string field) =>
        [.. problem.GetProperty("errors").GetProperty(field).EnumerateArray().Select(message => message.GetString()!)];
}
