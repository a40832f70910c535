using Microsoft.AspNetCore.Http.Features;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Keeps an unread request body from disturbing the next request on the same connection. It discards a small body before the response; otherwise, the
/// response announces that the connection closes.
/// </summary>
/// <remarks>
/// Otherwise, clients that send the whole body before they read would see a connection reset instead of the response, and proxies that reuse connections
/// would send another client's request on one that is about to close.
/// </remarks>
internal static class UnreadBodies
{
    /// <summary>The maximum number of bytes that are discarded.</summary>
    public const long MaxDiscardedBytes = 4 * 1024 * 1024;

    /// <summary>The maximum number of bodies that are discarded concurrently. Beyond it, connections are closed instead.</summary>
    private const int MaxConcurrentDiscards = 100;

    /// <summary>The timeout of a discard. It is shorter than the grace period of Kestrel's minimum data rate, after which Kestrel would answer 408.</summary>
    private static readonly TimeSpan DiscardTimeout = TimeSpan.FromSeconds(4.5);

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(2);

    private static readonly SemaphoreSlim DiscardSlots = new(MaxConcurrentDiscards);

    public static IApplicationBuilder UseUnreadBodies(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? ServeAsync(context, next) : next(context));

    private static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        var body = new IncomingBody(context.Request.Body, context.Request.ContentLength);
        context.Request.Body = body;
        context.Features.Set(body);

        // IncomingBody has its own limit, beyond which the rest can still be discarded.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        // In HTTP/2 and later, each request has its own stream.
        if (!HttpProtocol.IsHttp11(context.Request.Protocol) && !HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            await next(context);
            return;
        }

        context.Response.OnStarting(() => OnResponseStartingAsync(context, body));
        await next(context);
        if (!body.IsAtEnd && !WaitsForContinue(context, body))
        {
            // Closing a connection with unread bytes resets it, and the client may lose the response.
            await context.Response.CompleteAsync();
            await TryDiscardAsync(body, context.RequestAborted);
        }
    }

    private static async Task OnResponseStartingAsync(HttpContext context, IncomingBody body)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var isStillReading = context.Response.StatusCode < StatusCodes.Status400BadRequest && metadata?.GetMetadata<MaxBodySize>() is not null;
        if (body.IsAtEnd || isStillReading)
        {
            return;
        }

        if (metadata?.GetMetadata<IgnoresBody>() is not null || WaitsForContinue(context, body) || body.Remaining > MaxDiscardedBytes
            || !await TryDiscardAsync(body, context.RequestAborted))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>Whether the client still waits for 100 Continue before it sends the body, so that there may never be anything to discard.</summary>
    private static bool WaitsForContinue(HttpContext context, IncomingBody body) => !body.HasBegun && context.Request.Headers.Expect.Count > 0;

    private static async Task<bool> TryDiscardAsync(IncomingBody body, CancellationToken cancellationToken)
    {
        if (!DiscardSlots.Wait(0, CancellationToken.None))
        {
            return false;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(DiscardTimeout);
        try
        {
            return await body.TryDiscardAsync(MaxDiscardedBytes, ReadTimeout, over.Token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client disconnected, sends too slowly, or sends malformed chunks; or the route left a read pending.
            return false;
        }
        finally
        {
            DiscardSlots.Release();
        }
    }
}
