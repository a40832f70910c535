using System.Text;

namespace Cortex.Polar.Http;

/// <summary>Writes answers, well or badly.</summary>
internal static class PolarWriter
{
    private const int ChunkSize = 16 * 1024;

    /// <summary>Writes the answer, or what the request's fault makes of it.</summary>
    /// <returns>The status; null if there was none.</returns>
    public static async Task<int?> WriteAsync(HttpContext context, PolarRequest request, Lazy<PolarAnswer>? answer)
    {
        switch (request.Fault)
        {
            case PolarFault.RateLimited limited:
                return await WriteAsync(context, PolarServer.TooMany(limited.RetryAfter));
            case PolarFault.Status status:
                return await WriteAsync(context, new(status.Code, Encoding.UTF8.GetBytes(status.Body), status.ContentType));
            case PolarFault.Redirect redirect:
                var there = $"{context.Request.Scheme}://{context.Request.Host}{PolarRoutes.Toggle(request.Path)}{request.Query}";
                return await WriteAsync(context, PolarAnswer.RedirectTo(307, redirect.Location ?? there));
            case PolarFault.UnknownVersion:
                return await WriteAsync(context, PolarAnswer.Framework(404, "Not Found"));
            case PolarFault.NotJson:
                return await WriteAsync(context, PolarAnswer.Html(200, "<!doctype html><title>Please wait</title><p>Please wait."));
            case PolarFault.WrongJson wrong:
                return await WriteAsync(context, new(wrong.Code, Encoding.UTF8.GetBytes(wrong.Json), "application/json"));
            case PolarFault.NoAnswer:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return null;
            case PolarFault.LostRequest:
                context.Abort();
                return null;
            case PolarFault.LostAnswer:
                _ = answer!.Value;
                context.Abort();
                return null;
            case PolarFault.HalfAnswer:
                return await WriteHalfAsync(context, answer!.Value);
            case PolarFault.Oversized oversized:
                return await WriteFillerAsync(context, oversized.Bytes);
            case PolarFault.Endless:
                return await WriteFillerAsync(context, null);
            case PolarFault.Slow slow:
                await Task.Delay(slow.Delay, context.RequestAborted);
                return await WriteAsync(context, answer!.Value);
            default:
                return await WriteAsync(context, answer!.Value);
        }
    }

    private static async Task<int?> WriteAsync(HttpContext context, PolarAnswer answer)
    {
        Begin(context, answer);
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        return answer.Status;
    }

    private static async Task<int?> WriteHalfAsync(HttpContext context, PolarAnswer answer)
    {
        Begin(context, answer);
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body.AsMemory(0, answer.Body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
        return answer.Status;
    }

    /// <summary>A JSON object with one long string.</summary>
    private static async Task<int?> WriteFillerAsync(HttpContext context, long? length)
    {
        Begin(context, new(200, [], "application/json"));
        var (start, end) = ("{\"filler\":\""u8.ToArray(), "\"}"u8.ToArray());
        var chunk = new byte[ChunkSize];
        chunk.AsSpan().Fill((byte)'a');
        try
        {
            await context.Response.Body.WriteAsync(start, context.RequestAborted);
            for (var left = (length ?? long.MaxValue) - start.Length - end.Length; left > 0; left -= chunk.Length)
            {
                await context.Response.Body.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)), context.RequestAborted);
            }

            await context.Response.Body.WriteAsync(end, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has had enough.
        }

        return 200;
    }

    private static void Begin(HttpContext context, PolarAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }
    }
}
