using System.Buffers.Binary;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Identifies a session and the number of its refreshes; only the server can create one.</summary>
/// <remarks>
/// <code>
/// ctr_ ‖ base64url( session id 16 ‖ counter 4 ‖ MAC 32 )                    74 characters
/// </code>
/// The id and the counter are big-endian; <see cref="MacToken"/> defines the MAC. The token itself isn't stored: the session's row holds the counter of the
/// current token. So a session is a single row however long it lasts, every smaller counter is known to be used, and a database dump is of no use for forging
/// tokens. The MAC's 256 bits make tokens unguessable.
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
