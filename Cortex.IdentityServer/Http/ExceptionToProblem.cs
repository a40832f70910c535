using System.Text.Json;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Diagnostics;

namespace Cortex.IdentityServer.Http;

/// <summary>Turns what was thrown into a problem: a bad body is the client's, a lost database is 503, the rest is ours and says nothing.</summary>
internal sealed partial class ExceptionToProblem(ILogger<ExceptionToProblem> logger) : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;

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

            case var _ when DatabaseFailure.In(exception) is { } failure:
                Log.DatabaseUnreachable(logger, httpContext.TraceIdentifier, failure.GetType().Name);
                return new(Problems.ServiceUnavailable) { RetryAfter = RetryAfterSeconds };

            default:
                Log.Unexpected(logger, exception, httpContext.TraceIdentifier);
                return Problems.InternalError;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId} could not reach PostgreSQL ({Failure})")]
        public static partial void DatabaseUnreachable(ILogger logger, string requestId, string failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed")]
        public static partial void Unexpected(ILogger logger, Exception exception, string requestId);
    }
}
