namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Response headers that remain when a request fails with an exception, whose handler clears all headers.</summary>
internal sealed class KeptHeaders
{
    private readonly List<(string Name, string Value)> _headers = [];

    public static void Set(HttpContext context, string name, string value)
    {
        context.Response.Headers[name] = value;
        if (context.Features.Get<KeptHeaders>() is not { } kept)
        {
            context.Features.Set(kept = new());
        }

        kept._headers.Add((name, value));
    }

    /// <summary>Writes the headers again after the exception handler has cleared them.</summary>
    public static void WriteTo(HttpContext context)
    {
        foreach (var (name, value) in context.Features.Get<KeptHeaders>()?._headers ?? [])
        {
            context.Response.Headers[name] = value;
        }
    }
}
