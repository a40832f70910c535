using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The network that per-address limits count by: an IPv4 address or an IPv6 /64, which is what a provider assigns to one customer.</summary>
/// <remarks>
/// Where a transition mechanism embeds an IPv4 address in an IPv6 one, the IPv4 address counts, because millions of users can share such a prefix's /64.
/// </remarks>
internal static class ClientNetwork
{
    /// <summary>Callers without an address share one count, so that a missing address doesn't bypass the limit.</summary>
    public const string Unknown = "unknown";

    private const int PrefixBytes = 8;
    private const int LastFourBytes = 12;

    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return Unknown;
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (FindEmbeddedIPv4(bytes) is { } ipv4)
        {
            return ipv4.ToString();
        }

        // In local-use NAT64 prefixes (64:ff9b:1::/48, RFC 8215), each network chooses the position of the IPv4 address, and a /64 never belongs to one
        // customer. Count the full address.
        if (!bytes.StartsWith<byte>([0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01]))
        {
            bytes[PrefixBytes..].Clear();
            return $"{new IPAddress(bytes)}/64";
        }

        return new IPAddress(bytes).ToString();
    }

    /// <summary>Returns the IPv4 address that a transition mechanism embedded in the IPv6 address, or null for other addresses.</summary>
    private static IPAddress? FindEmbeddedIPv4(ReadOnlySpan<byte> bytes)
    {
        // Mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96, RFC 2765), and NAT64 (64:ff9b::/96, RFC 6052).
        if (bytes.StartsWith<byte>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            || bytes.StartsWith<byte>([0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0])
            || bytes.StartsWith<byte>([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]))
        {
            return new(bytes[LastFourBytes..]);
        }

        // 6to4 (2002::/16, RFC 3056) gives each IPv4 address 65,536 /64 networks.
        if (bytes.StartsWith<byte>([0x20, 0x02]))
        {
            return new(bytes[2..6]);
        }

        // Teredo (2001::/32, RFC 4380) embeds the server's address and, with its bits inverted, the client's.
        return bytes.StartsWith<byte>([0x20, 0x01, 0x00, 0x00]) ? Invert(bytes[LastFourBytes..]) : null;
    }

    private static IPAddress Invert(ReadOnlySpan<byte> bytes)
    {
        Span<byte> client = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(client, ~BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return new(client);
    }
}
