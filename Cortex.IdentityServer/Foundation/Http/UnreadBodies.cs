using Microsoft.AspNetCore.Http.Features;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Lets no body that an answer leaves unread harm the next request on the same connection: a small one is read to its end before the answer, and after the
/// answer to any other one the connection is closed, which the answer says.
/// </summary>
/// <remarks>
/// Clients that send a whole body before they read anything would otherwise meet a reset connection in place of the answer, and proxies that keep connections
/// to the server open would send somebody else's request into one that is about to close.
/// </remarks>
internal static class UnreadBodies
{
    /// <summary>The most that is read for nothing, in bytes.</summary>
    public const long MostDiscarded = 4 * 1024 * 1024;

    /// <summary>Bodies that are discarded at a time; beyond, connections are closed without it.</summary>
    private const int MostAtATime = 100;

    /// <summary>Below the grace period of Kestrel's minimum rate, which would answer 408.</summary>
    private static readonly TimeSpan LongestDiscarding = TimeSpan.FromSeconds(4.5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private static readonly SemaphoreSlim Turns = new(MostAtATime);

    public static IApplicationBuilder UseUnreadBodies(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? ServeAsync(context, next) : next(context));

    private static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        var body = new IncomingBody(context.Request.Body, context.Request.ContentLength);
        context.Request.Body = body;
        context.Features.Set(body);

        // The body has a limit of its own, beyond which the rest can still be discarded.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        // In HTTP/2 each request has a stream of its own.
        if (!HttpProtocol.IsHttp11(context.Request.Protocol) && !HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            await next(context);
            return;
        }

        context.Response.OnStarting(() => BeforeAnswerAsync(context, body));
        await next(context);
        if (!body.IsAtEnd && !WaitsForPermission(context, body))
        {
            // A connection that is closed with bytes unread is reset, and the answer may be lost.
            await context.Response.CompleteAsync();
            await TryDiscardAsync(body, context.RequestAborted);
        }
    }

    private static async Task BeforeAnswerAsync(HttpContext context, IncomingBody body)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var isStillReading = context.Response.StatusCode < StatusCodes.Status400BadRequest && metadata?.GetMetadata<LargestBody>() is not null;
        if (body.IsAtEnd || isStillReading)
        {
            return;
        }

        if (metadata?.GetMetadata<IgnoresBody>() is not null || WaitsForPermission(context, body) || body.Remaining > MostDiscarded
            || !await TryDiscardAsync(body, context.RequestAborted))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>The client sends its body only when it is told to, so there is nothing to discard, and it may never come.</summary>
    private static bool WaitsForPermission(HttpContext context, IncomingBody body) => !body.IsBegun && context.Request.Headers.Expect.Count > 0;

    private static async Task<bool> TryDiscardAsync(IncomingBody body, CancellationToken cancellationToken)
    {
        if (!Turns.Wait(0, CancellationToken.None))
        {
            return false;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(LongestDiscarding);
        try
        {
            return await body.TryDiscardAsync(MostDiscarded, LongestPause, over.Token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client went away, sends too slowly, or sends what is no body; or the route left a read under way.
            return false;
        }
        finally
        {
            Turns.Release();
        }
    }
}
