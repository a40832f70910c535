using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The position at which a page of users ended, in a given order. Clients treat it as opaque.</summary>
/// <remarks>
/// <code>
/// order 1   time 8   id 16     base64url; the time as PostgreSQL stores it, -infinity for an account without one
/// order 1   id 16     case-folded email in UTF-8
/// </code>
/// </remarks>
internal sealed record UserCursor(UserOrder Order, long Created, Guid Id, string Email)
{
    private const int IdLength = 16;
    private const int TimeLength = 1 + sizeof(long) + IdLength;
    private const int MaxTextLength = 2048;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string ToText()
    {
        Span<byte> bytes = stackalloc byte[Order.ByEmail ? 1 + IdLength + Utf8.GetByteCount(Email) : TimeLength];
        bytes[0] = (byte)((Order.ByEmail ? 1 : 0) | (Order.IsDescending ? 2 : 0));
        if (Order.ByEmail)
        {
            Id.TryWriteBytes(bytes[1..], bigEndian: true, out _);
            Utf8.GetBytes(Email, bytes[(1 + IdLength)..]);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes[1..], Created);
            Id.TryWriteBytes(bytes[(1 + sizeof(long))..], bigEndian: true, out _);
        }

        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Returns null if the text isn't a cursor of this order.</summary>
    public static UserCursor? Parse(string text, UserOrder order)
    {
        if (text.Length > MaxTextLength || !Base64Url.IsValid(text) || Base64Url.DecodeFromChars(text) is not [var kind, .. var rest]
            || kind != ((order.ByEmail ? 1 : 0) | (order.IsDescending ? 2 : 0)))
        {
            return null;
        }

        return order.ByEmail ? ParseEmailCursor(rest, order) : ParseTimeCursor(rest, order);
    }

    private static UserCursor? ParseEmailCursor(byte[] bytes, UserOrder order)
    {
        if (bytes.Length <= IdLength)
        {
            return null;
        }

        try
        {
            // PostgreSQL can't store NUL characters.
            var email = Utf8.GetString(bytes, IdLength, bytes.Length - IdLength);
            return email.Contains('\0') ? null : new(order, default, new Guid(bytes.AsSpan(0, IdLength), bigEndian: true), email);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static UserCursor? ParseTimeCursor(byte[] bytes, UserOrder order)
    {
        if (bytes.Length != TimeLength - 1)
        {
            return null;
        }

        var created = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return !StoredTime.IsInRange(created) ? null : new(order, created, new Guid(bytes.AsSpan(sizeof(long)), bigEndian: true), "");
    }
}
