using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Creates the ids of metered requests: UUIDv7 (RFC 9562 section 5.7), like <see cref="Guid.CreateVersion7(DateTimeOffset)"/>.</summary>
/// <remarks>It requests random bytes for many ids at once, because a system call for each one would cost a busy route more than the rest of metering.</remarks>
internal static class UsageIds
{
    private const int IdLength = 16;
    private const int TimeLength = 6;
    private const int BufferLength = 256 * IdLength;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    public static Guid Create(DateTimeOffset time)
    {
        var random = _random ??= new byte[BufferLength];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = BufferLength;
        }

        _left -= IdLength;
        var id = random.AsSpan(_left, IdLength);
        Span<byte> milliseconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, time.ToUnixTimeMilliseconds());
        milliseconds[^TimeLength..].CopyTo(id);
        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new(id, bigEndian: true);
    }
}
