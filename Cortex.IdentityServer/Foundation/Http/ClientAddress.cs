using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Determines the client's IP address: the connection's own, or the right-most untrusted hop that a trusted proxy reports.</summary>
internal static class ClientAddress
{
    /// <summary>Applies forwarded headers, but only from the proxies in <c>TRUSTED_PROXIES</c>.</summary>
    public static IApplicationBuilder UseClientAddress(this IApplicationBuilder app, HttpOptions options)
    {
        if (options.TrustedProxies.Count == 0)
        {
            return app;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,

            // Walk the hops from the right until one isn't a trusted proxy.
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        // Requests without forwarded headers skip the middleware.
        return app.UseWhen(
            context => context.Request.Headers.ContainsKey(forwarded.ForwardedForHeaderName)
                || context.Request.Headers.ContainsKey(forwarded.ForwardedProtoHeaderName),
            forwardedOnes => forwardedOnes.UseForwardedHeaders(forwarded));
    }

    public static IPAddress? ClientIp(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;
}
