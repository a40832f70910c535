using System.Buffers.Binary;
using System.Buffers.Text;

namespace Cortex.IdentityServer.Http;

/// <summary>Where a page of what happened ended. Opaque to clients; it says nothing that they don't know.</summary>
internal readonly record struct TimeCursor(DateTimeOffset At, Guid Id)
{
    private const int Length = sizeof(long) + 16;

    public string ToText()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, At.UtcTicks);
        Id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string text, out TimeCursor cursor)
    {
        Span<byte> bytes = stackalloc byte[Length];
        cursor = default;
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Length)
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        cursor = new(new(ticks, TimeSpan.Zero), new Guid(bytes[sizeof(long)..], bigEndian: true));
        return true;
    }
}
