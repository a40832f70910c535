using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Whom a limit per address counts: an IPv4 address, or an IPv6 /64, which one customer gets as a whole.</summary>
/// <remarks>Where translators and tunnels write an IPv4 address into an IPv6 one, that counts: whole countries share the /64 of such a prefix.</remarks>
internal static class ClientNetwork
{
    /// <summary>Callers without an address share one count: having none must not lift the limit.</summary>
    public const string Unknown = "unknown";

    private const int PrefixBytes = 8;
    private const int LastFour = 12;

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
        if (EmbeddedIn(bytes) is { } ipv4)
        {
            return ipv4.ToString();
        }

        // Local NAT64 (64:ff9b:1::/48, RFC 8215): where in it the IPv4 address stands is each network's own choice, and it is never one customer's /64.
        if (!bytes.StartsWith<byte>([0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01]))
        {
            bytes[PrefixBytes..].Clear();
            return $"{new IPAddress(bytes)}/64";
        }

        return new IPAddress(bytes).ToString();
    }

    /// <summary>The IPv4 address that an IPv6 address of a transition mechanism contains; null for other addresses.</summary>
    private static IPAddress? EmbeddedIn(ReadOnlySpan<byte> bytes)
    {
        // Mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96, RFC 2765), and NAT64 (64:ff9b::/96, RFC 6052).
        if (bytes.StartsWith<byte>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            || bytes.StartsWith<byte>([0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0])
            || bytes.StartsWith<byte>([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]))
        {
            return new(bytes[LastFour..]);
        }

        // 6to4 (2002::/16, RFC 3056): one IPv4 address has 65,536 networks of this kind.
        if (bytes.StartsWith<byte>([0x20, 0x02]))
        {
            return new(bytes[2..6]);
        }

        // Teredo (2001::/32, RFC 4380) contains the server's address and the client's, which is inverted.
        return bytes.StartsWith<byte>([0x20, 0x01, 0x00, 0x00]) ? Inverted(bytes[LastFour..]) : null;
    }

    private static IPAddress Inverted(ReadOnlySpan<byte> bytes)
    {
        Span<byte> client = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(client, ~BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return new(client);
    }
}
