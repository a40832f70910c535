using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Reads audit events page by page, newest first. Every page is as fast as the first, with any filter.</summary>
internal sealed class AuditReader(CortexDbContext db)
{
    /// <param name="filter">The filter that the events must match.</param>
    /// <param name="after">The event after which the page starts, or null for the first page.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
    public async Task<AuditSlice> PageAsync(AuditFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        var page = await Newest(filter, after, limit).ToListAsync(cancellationToken);
        var items = page.Take(limit).ToList();
        return new(items, page.Count > limit ? PositionOf(items[^1]) : null);
    }

    /// <summary>Does the same, and adds the emails of the users in the same statement.</summary>
    public async Task<NamedAuditSlice> NamedPageAsync(AuditFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        var page = await Newest(filter, after, limit)
            .Select(e => new NamedAuditEvent(
                e,
                db.Users.Where(user => user.Id == e.ActorId).Select(user => user.Email).FirstOrDefault(),
                db.Users.Where(user => user.Id == e.UserId).Select(user => user.Email).FirstOrDefault()))
            .ToListAsync(cancellationToken);
        var items = page.Take(limit).ToList();
        return new(items, page.Count > limit ? PositionOf(items[^1].Event) : null);
    }

    /// <summary>Streams all events of an account, newest first. It reads page by page, so a slow client doesn't occupy a database connection.</summary>
    public async IAsyncEnumerable<AuditEventResponse> AllAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TimeCursor? after = null;
        do
        {
            var page = await PageAsync(new(User: userId), after, RowPages.Size, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return AuditEventResponse.Of(item);
            }

            after = page.Next;
        }
        while (after is not null);
    }

    private static TimeCursor PositionOf(AuditEvent audit) => new(StoredTime.FromDotNet(audit.OccurredAt), audit.Id);

    /// <summary>The events of a page, and one more if there is any.</summary>
    private IQueryable<AuditEvent> Newest(AuditFilter filter, TimeCursor? after, int limit)
    {
        var events = Matching(filter);
        if (after is { } last)
        {
            // The row comparison lets PostgreSQL start the index scan at the cursor; the condition on the time alone prunes the partitions of later months.
            events = events.Where(e =>
                EF.Functions.LessThan(ValueTuple.Create(e.OccurredAt, e.Id), ValueTuple.Create(last.At, last.Id)) && e.OccurredAt <= last.At);
        }

        return events.AsNoTracking().OrderByDescending(e => e.OccurredAt).ThenByDescending(e => e.Id).Take(limit + 1);
    }

    private IQueryable<AuditEvent> Matching(AuditFilter filter)
    {
        var events = WithUsers(filter.Actor, filter.User);
        if (filter.Action is { } action)
        {
            events = events.Where(e => e.Action == action);
        }

        if (filter.From is { } from)
        {
            events = events.Where(e => e.OccurredAt >= from);
        }

        return filter.To is { } to ? events.Where(e => e.OccurredAt < to) : events;
    }

    /// <remarks>
    /// When both are given, PostgreSQL could choose either index, so the SQL steers it to the more selective one. For actions on one's own account, that is the
    /// index on the user, because IS NOT DISTINCT FROM can't use the index on the actor. For actions on other accounts, it is the small partial index on those.
    /// </remarks>
    private IQueryable<AuditEvent> WithUsers(Guid? actor, Guid? user)
    {
        var events = db.Set<AuditEvent>();
        return (actor, user) switch
        {
            ({ } actorId, { } userId) when actorId == userId =>
            events.FromSql($"SELECT * FROM audit_events WHERE user_id = {userId} AND actor_id IS NOT DISTINCT FROM {actorId}"),
            ({ } actorId, { } userId) =>
            events.FromSql($"SELECT * FROM audit_events WHERE actor_id = {actorId} AND user_id = {userId} AND actor_id <> user_id"),
            ({ } actorId, null) => events.Where(e => e.ActorId == actorId),
            (null, { } userId) => events.Where(e => e.UserId == userId),
            _ => events,
        };
    }
}
