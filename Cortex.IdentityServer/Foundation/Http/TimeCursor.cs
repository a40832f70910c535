using System.Buffers.Binary;
using System.Buffers.Text;
using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The position where a page of events ended. Cursors are opaque to clients and contain no hidden information.</summary>
/// <param name="Stored">The last row's time as PostgreSQL stores it (<see cref="StoredTime"/>), which can be outside the range of .NET.</param>
/// <param name="Id">The last row's id.</param>
internal readonly record struct TimeCursor(long Stored, Guid Id)
{
    private const int Length = sizeof(long) + 16;

    public DateTimeOffset At => StoredTime.ToDotNet(Stored);

    public string ToText()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, StoredTime.ToOrdinal(Stored));
        Id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string text, out TimeCursor cursor)
    {
        Span<byte> bytes = stackalloc byte[Length];
        cursor = default;
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length)
            || length != Length)
        {
            return false;
        }

        if (StoredTime.FromOrdinal(BinaryPrimitives.ReadUInt64BigEndian(bytes)) is not { } stored)
        {
            return false;
        }

        cursor = new(stored, new Guid(bytes[sizeof(long)..], bigEndian: true));
        return true;
    }
}
