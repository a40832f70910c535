using System.Buffers.Binary;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Names a session and how often it was refreshed; only the server can write one.</summary>
/// <remarks>
/// <code>
/// ctr_ ‖ base64url( session id 16 ‖ counter 4 ‖ MAC 32 )                    74 characters
/// </code>
/// Id and counter are big-endian; the MAC is <see cref="MacToken"/>'s. The token is stored nowhere: the session's row
/// holds the counter of its live token, so a session is one row however long it lives, every older counter is known
/// to be spent, and a dump of the database forges nothing. The 256 bits of the MAC are what cannot be guessed.
/// </remarks>
internal readonly record struct RefreshToken(Guid SessionId, int Counter)
{
    private const string Prefix = "ctr_";
    private const int IdLength = 16;
    private const int PayloadLength = IdLength + sizeof(int);

    public string ToText(KeyRing keys)
    {
        Span<byte> payload = stackalloc byte[PayloadLength];
        SessionId.TryWriteBytes(payload, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(payload[IdLength..], Counter);
        return MacToken.Create(Prefix, payload, keys);
    }

    public static bool TryParse(string? text, KeyRing keys, out RefreshToken token)
    {
        Span<byte> payload = stackalloc byte[PayloadLength];
        var genuine = MacToken.TryRead(text, Prefix, PayloadLength, keys, payload);
        token = genuine
            ? new(new Guid(payload[..IdLength], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(payload[IdLength..]))
            : default;
        return genuine;
    }
}
