using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Reads what happened, newest first, a page at a time, each as fast as the first, whatever is asked for.</summary>
internal sealed class AuditReader(CortexDbContext db)
{
    /// <param name="filter">Which events.</param>
    /// <param name="after">Events older than this one; null for the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<AuditSlice> PageAsync(AuditFilter filter, TimeCursor? after, int limit, CancellationToken cancellationToken)
    {
        var events = Matching(filter);
        if (after is { } last)
        {
            // As one row, which is where an index scan begins; the time once more, for the months that needn't be looked at.
            events = events.Where(e =>
                EF.Functions.LessThan(ValueTuple.Create(e.OccurredAt, e.Id), ValueTuple.Create(last.At, last.Id)) && e.OccurredAt <= last.At);
        }

        var page = await events.AsNoTracking().OrderByDescending(e => e.OccurredAt).ThenByDescending(e => e.Id).Take(limit + 1).ToListAsync(cancellationToken);
        var items = page.Take(limit).ToList();
        return new(items, page.Count > limit ? new TimeCursor(StoredTime.FromDotNet(items[^1].OccurredAt), items[^1].Id) : null);
    }

    /// <summary>All events of an account, newest first, page by page: whoever takes them slowly holds no connection to the database meanwhile.</summary>
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

    private IQueryable<AuditEvent> Matching(AuditFilter filter)
    {
        var events = Between(filter.Actor, filter.User);
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
    /// With both, PostgreSQL could take the index of either, and has to be told the one that holds few others: of what people do to their own account that of
    /// the account, as IS NOT DISTINCT FROM has no index; of what is done to others the small one of just that.
    /// </remarks>
    private IQueryable<AuditEvent> Between(Guid? actor, Guid? user)
    {
        var events = db.Set<AuditEvent>();
        return (actor, user) switch
        {
            ({ } who, { } whom) when who == whom =>
                events.FromSql($"SELECT * FROM audit_events WHERE user_id = {whom} AND actor_id IS NOT DISTINCT FROM {who}"),
            ({ } who, { } whom) => events.FromSql($"SELECT * FROM audit_events WHERE actor_id = {who} AND user_id = {whom} AND actor_id <> user_id"),
            ({ } who, null) => events.Where(e => e.ActorId == who),
            (null, { } whom) => events.Where(e => e.UserId == whom),
            _ => events,
        };
    }
}
