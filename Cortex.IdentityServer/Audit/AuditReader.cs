using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Audit;

/// <summary>Reads what happened to an account, a page at a time, each as fast as the first.</summary>
internal sealed class AuditReader(CortexDbContext db)
{
    /// <summary>Rows that are held in memory at a time where all are read.</summary>
    public const int Page = 1000;

    /// <param name="userId">Whose account.</param>
    /// <param name="after">Events older than this one; null for the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<AuditEventPage> PageAsync(Guid userId, AuditCursor? after, int limit, CancellationToken cancellationToken)
    {
        var events = db.Set<AuditEvent>().AsNoTracking().Where(e => e.UserId == userId);
        if (after is { } last)
        {
            events = events.Where(e => e.OccurredAt < last.OccurredAt || (e.OccurredAt == last.OccurredAt && e.Id.CompareTo(last.Id) < 0));
        }

        var page = await events.OrderByDescending(e => e.OccurredAt).ThenByDescending(e => e.Id).Take(limit + 1).ToListAsync(cancellationToken);
        var items = page.Take(limit).ToList();
        return new([.. items.Select(AuditEventResponse.Of)], page.Count > limit ? new AuditCursor(items[^1].OccurredAt, items[^1].Id).ToText() : null);
    }

    /// <summary>All of them, newest first, page by page: whoever takes them slowly holds no connection to the database meanwhile.</summary>
    public async IAsyncEnumerable<AuditEventResponse> AllAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AuditCursor? after = null;
        do
        {
            var page = await PageAsync(userId, after, Page, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            after = page.NextCursor is null ? null : new AuditCursor(page.Items[^1].OccurredAt, page.Items[^1].Id);
        }
        while (after is not null);
    }
}

/// <summary>Where a page of events ended. Opaque to clients; it says nothing that they don't know.</summary>
internal readonly record struct AuditCursor(DateTimeOffset OccurredAt, Guid Id)
{
    private const int Length = sizeof(long) + 16;

    public string ToText()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, OccurredAt.UtcTicks);
        Id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string text, out AuditCursor cursor)
    {
        Span<byte> bytes = stackalloc byte[Length];
        cursor = default;
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Length)
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
