using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The handlers of <c>/health</c> and of its readiness and liveness probes.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Check whether the server and its database work</summary>
    /// <remarks>
    /// Returns 503 if PostgreSQL doesn't respond within three seconds or doesn't accept writes (a standby, or a database that is read-only by default).
    /// </remarks>
    internal static Task<IResult> GetHealth(NpgsqlDataSource database, HttpContext http) => CheckAsync(database, http);

    /// <summary>Check whether the server is ready for requests</summary>
    /// <remarks>Performs the same check as /health, for readiness probes, and also returns 503 while the server is shutting down.</remarks>
    internal static Task<IResult> GetReadiness(NpgsqlDataSource database, Traffic traffic, HttpContext http) =>
        CheckReadinessAsync(database, traffic, http, hasStarted: true);

    /// <summary>Checks readiness for either listener.</summary>
    /// <param name="database">The pool.</param>
    /// <param name="traffic">Whether the server is shutting down.</param>
    /// <param name="http">The request.</param>
    /// <param name="hasStarted">Whether the public address is open. The management listener opens before it.</param>
    internal static Task<IResult> CheckReadinessAsync(NpgsqlDataSource database, Traffic traffic, HttpContext http, bool hasStarted) =>
        traffic.IsDraining || !hasStarted ? Task.FromResult(Unhealthy("connected", http)) : CheckAsync(database, http);

    /// <summary>Check whether the process is alive</summary>
    /// <remarks>Doesn't query the database, so a database outage doesn't cause an orchestrator to restart the server.</remarks>
    internal static IResult GetLiveness() => Results.Json(new AliveResponse("healthy"), HttpJson.Default.AliveResponse);

    private static async Task<IResult> CheckAsync(NpgsqlDataSource database, HttpContext http)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        bounded.CancelAfter(DatabaseTimeout);
        try
        {
            if (await ServerState.ReadAsync(database, bounded.Token) is { IsReadOnly: true })
            {
                return Unhealthy("disconnected", http);
            }

            http.Response.Headers.CacheControl = "no-store";
            return Answer("healthy", "connected", StatusCodes.Status200OK);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return Unhealthy("disconnected", http);
        }
    }

    private static IResult Unhealthy(string database, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.RetryAfter = "5";
        return Answer("unhealthy", database, StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Answer(string status, string database, int code) =>
        Results.Json(new HealthResponse(status, HealthResponse.ServiceName, Product.Version, database), HttpJson.Default.HealthResponse, statusCode: code);
}
