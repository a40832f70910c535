using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Who is calling: the connection's address, or the right-most untrusted hop that a trusted proxy names.</summary>
internal static class ClientAddress
{
    /// <summary>Reads forwarded headers, from the proxies that the operator listed and from nobody else.</summary>
    public static IApplicationBuilder UseClientAddress(this IApplicationBuilder app, HttpOptions options)
    {
        if (options.TrustedProxies.Count == 0)
        {
            return app;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,

            // Every hop from the right is looked at until one isn't ours.
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        // Requests that come without a proxy pay nothing for it.
        return app.UseWhen(
            context => context.Request.Headers.ContainsKey(forwarded.ForwardedForHeaderName)
                || context.Request.Headers.ContainsKey(forwarded.ForwardedProtoHeaderName),
            forwardedOnes => forwardedOnes.UseForwardedHeaders(forwarded));
    }

    public static IPAddress? ClientIp(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;
}
