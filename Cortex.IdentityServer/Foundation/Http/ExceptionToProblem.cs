using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.AspNetCore.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Turns exceptions into problems: 4xx for an unreadable body, 503 for an unreachable database, and 500 without any details for everything else.
/// </summary>
internal sealed partial class ExceptionToProblem(HttpOptions options, ServerWatch server, ILogger<ExceptionToProblem> logger) : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (IsDisconnect(exception, httpContext))
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        // The exception handler middleware has cleared the headers that earlier middleware set.
        RequestId.WriteTo(httpContext);
        SecurityHeaders.WriteTo(httpContext);
        CrossOrigin.WriteTo(httpContext, options);
        RateLimitHeaders.WriteTo(httpContext);
        KeptHeaders.WriteTo(httpContext);
        try
        {
            await Explain(httpContext, exception).ToProblem().ExecuteAsync(httpContext);
        }
        catch (Exception failure) when (IsDisconnect(failure, httpContext))
        {
            // The client left before the problem was written, so nobody reads it. The middleware would log this as an error.
        }

        return true;
    }

    private static bool IsDisconnect(Exception exception, HttpContext httpContext) =>
        exception is OperationCanceledException or IOException && httpContext.RequestAborted.IsCancellationRequested;

    private Refusal Explain(HttpContext httpContext, Exception exception)
    {
        var traceId = TraceId.Of(httpContext);
        switch (exception)
        {
            case BadHttpRequestException { InnerException: JsonException json }:
                return StrictJson.Explain(json);

            case BadHttpRequestException bad:
                return Problems.ForStatus(bad.StatusCode) ?? Problems.MalformedRequest;

            case var _ when DatabaseFailure.In(exception) is { } failure:
                server.ReportFailure(exception);
                Log.DatabaseUnreachable(logger, traceId, failure.GetType().Name);
                return Problems.ServiceUnavailable with { RetryAfter = RetryAfterSeconds };

            case var _ when DeletedAccount.Causes(exception):
                Log.OwnerDeleted(logger, traceId);
                return httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<OwnerDeleted>()?.Refusal
                    ?? Problems.SessionRevoked;

            case var _ when CanBeInUse(httpContext) && ExternalReference.FindTable(exception) is { } table:
                Log.StillReferenced(logger, traceId, table);
                return Problems.StillReferenced(table);

            default:
                Log.Unexpected(logger, exception, traceId);
                return Problems.InternalError;
        }
    }

    /// <summary>Whether the route deletes something. Elsewhere, a foreign key violation comes from the operator's own triggers.</summary>
    private static bool CanBeInUse(HttpContext httpContext) =>
        httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetOrderedMetadata<Refusals>()
            .Any(refusals => refusals.Codes.Contains(Problems.InUse)) == true;

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Warning, "Request {TraceId} could not reach PostgreSQL ({Failure})")]
        public static partial void DatabaseUnreachable(ILogger logger, string traceId, string failure);

        [LoggerMessage(
            1502,
            LogLevel.Warning,
            "Request {TraceId} deleted nothing, because rows of the table {Table} still reference it. Give that table's foreign key ON DELETE "
                + "CASCADE or SET NULL")]
        public static partial void StillReferenced(ILogger logger, string traceId, string table);

        [LoggerMessage(1503, LogLevel.Information, "Request {TraceId} was rejected because its account was deleted in the meantime")]
        public static partial void OwnerDeleted(ILogger logger, string traceId);

        [LoggerMessage(1504, LogLevel.Error, "Request {TraceId} failed")]
        public static partial void Unexpected(ILogger logger, Exception exception, string traceId);
    }
}
