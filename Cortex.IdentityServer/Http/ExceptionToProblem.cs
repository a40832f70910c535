using System.Net.Sockets;
using System.Text.Json;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Http;

/// <summary>Turns what was thrown into a problem: a bad body is the client's, a lost database is 503, the rest is ours and says nothing.</summary>
internal sealed partial class ExceptionToProblem(ILogger<ExceptionToProblem> logger) : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;

    /// <summary>Classes of SQLSTATE that say it's the database: connection, refused login, no such database, resources, operator, system.</summary>
    private static readonly string[] Unusable = ["08", "28", "3D", "53", "57", "58"];

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        // The framework has cleared every header that was set before the failure.
        RequestId.WriteTo(httpContext);
        SecurityHeaders.WriteTo(httpContext);
        RateLimitHeaders.WriteTo(httpContext);
        await Explain(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private Problem Explain(HttpContext httpContext, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException { InnerException: JsonException json }:
                return StrictJson.Explain(json);

            case BadHttpRequestException bad:
                return Problems.ForStatus(bad.StatusCode) ?? Problems.MalformedRequest;

            case var _ when DatabaseFailure(exception) is { } failure:
                Log.DatabaseUnreachable(logger, httpContext.TraceIdentifier, failure.GetType().Name);
                return new(Problems.ServiceUnavailable) { RetryAfter = RetryAfterSeconds };

            default:
                Log.Unexpected(logger, exception, httpContext.TraceIdentifier);
                return Problems.InternalError;
        }
    }

    /// <summary>The failure to reach PostgreSQL that caused this, if one did; EF Core wraps it in exceptions of its own.</summary>
    private static Exception? DatabaseFailure(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                // Only what says that the server is away, busy or going: a wrong statement is our fault and not "try again".
                case PostgresException postgres:
                    return postgres.IsTransient || Unusable.Contains(postgres.SqlState[..2]) ? postgres : null;
                case NpgsqlException or SocketException or TimeoutException:
                    return exception;
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId} could not reach PostgreSQL ({Failure})")]
        public static partial void DatabaseUnreachable(ILogger logger, string requestId, string failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed")]
        public static partial void Unexpected(ILogger logger, Exception exception, string requestId);
    }
}
