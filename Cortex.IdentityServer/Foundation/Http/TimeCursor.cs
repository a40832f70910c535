using System.Buffers.Binary;
using System.Buffers.Text;
using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Where a page of what happened ended. Opaque to clients; it says nothing that they don't know.</summary>
/// <param name="Stored">The time exactly as PostgreSQL compares it (<see cref="StoredTime"/>), which may be one that .NET has no year for.</param>
/// <param name="Id">Of the last row.</param>
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
