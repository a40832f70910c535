using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The id under which a problem can be found: that of the trace (W3C Trace Context), or the request's id if there is no trace.</summary>
internal static class TraceId
{
    /// <remarks>A caller that traces finds its own id even if this server doesn't send traces.</remarks>
    public static string Of(HttpContext context) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString()
        : context.Request.Headers.TraceParent is [{ } parent] && ActivityContext.TryParse(parent, traceState: null, out var caller)
            ? caller.TraceId.ToHexString()
        : context.TraceIdentifier;
}
