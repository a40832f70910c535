using System.Net;
using System.Net.Sockets;

namespace Cortex.IdentityServer.Http.RateLimits;

/// <summary>Whom a limit per address counts: an IPv4 address, or an IPv6 /64, which one customer gets as a whole.</summary>
internal static class ClientNetwork
{
    /// <summary>Callers without an address share one count: having none is no freedom (security.md L8).</summary>
    public const string Unknown = "unknown";

    private const int PrefixBytes = 8;

    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return Unknown;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[PrefixBytes..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
