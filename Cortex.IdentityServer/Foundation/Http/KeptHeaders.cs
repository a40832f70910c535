using Microsoft.Extensions.Primitives;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Response headers that remain when a request fails with an exception, whose handler clears all headers.</summary>
internal sealed class KeptHeaders
{
    private readonly List<(string Name, StringValues Values)> _headers = [];

    /// <summary>Keeps those of the headers that the response has. Call this only when a request fails, because it would slow down every request.</summary>
    public static void Keep(HttpContext context, params ReadOnlySpan<string> names)
    {
        if (context.Features.Get<KeptHeaders>() is not { } kept)
        {
            context.Features.Set(kept = new());
        }

        foreach (var name in names)
        {
            if (context.Response.Headers.TryGetValue(name, out var values))
            {
                kept._headers.Add((name, values));
            }
        }
    }

    /// <summary>Writes the headers again after the exception handler has cleared them.</summary>
    public static void WriteTo(HttpContext context)
    {
        foreach (var (name, values) in context.Features.Get<KeptHeaders>()?._headers ?? [])
        {
            context.Response.Headers[name] = values;
        }
    }
}
