using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Identity.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>The counts in memory while the period of a user changes.</summary>
public sealed class QuotaBookTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 3, 4, TimeSpan.Zero);
    private static readonly QuotaPeriod Month = QuotaPeriod.Of(billing: null, Now);
    private static readonly QuotaPeriod Renewed = QuotaPeriod.Of(new(Now.AddMinutes(-1), Now.AddMonths(1)), Now);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_was_counted_in_the_old_period_is_added_to_the_new_one_without_taking_the_place_of_another()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var quota = new AppliedQuota(await database.AddUserAsync(), QuotaLimits.None, Guid.NewGuid(), QuotaLimits.None);
        var book = new QuotaBook(new(database.Source), new UsageSignal());
        var (oldUser, oldKey) = (await ReadAsync(book, quota.UserSubject(Month)), await ReadAsync(book, quota.KeySubject(Month)!.Value));
        var (newUser, newKey) = (await ReadAsync(book, quota.UserSubject(Renewed)), await ReadAsync(book, quota.KeySubject(Renewed)!.Value));
        Take(3, oldUser, oldKey);
        Take(2, newUser, newKey);

        // The three of the month are recorded, together with a report of the day before.
        book.OnAdded([.. Enumerable.Repeat(Request(quota, Now, Month), 3), Request(quota, Now.AddDays(-1), countedIn: null)]);
        Assert.Equal("4 4 5 5", Used(oldUser, oldKey, newUser, newKey));
        Assert.False(oldUser.IsWaiting || oldKey.IsWaiting);

        // One of the two others is lost.
        book.OnDropped([Request(quota, Now, Renewed)]);
        Assert.Equal("4 4 4 4", Used(oldUser, oldKey, newUser, newKey));
        book.OnAdded([Request(quota, Now, Renewed)]);
        Assert.Equal("5 5 4 4", Used(oldUser, oldKey, newUser, newKey));
        Assert.False(newUser.IsWaiting || newKey.IsWaiting);

        // Other users and keys, and times outside both periods, change nothing.
        var other = quota with { KeyId = Guid.NewGuid() };
        book.OnAdded([Request(other, Now, countedIn: null), Request(quota with { UserId = Guid.NewGuid() }, Now, countedIn: null)]);
        book.OnAdded([Request(quota, Month.From.AddTicks(-1), countedIn: null), Request(quota, Now.AddMonths(2), countedIn: null)]);
        Assert.Equal("6 5 5 4", Used(oldUser, oldKey, newUser, newKey));
    }

    private static async Task<QuotaCount> ReadAsync(QuotaBook book, QuotaSubject subject)
    {
        var read = book.ReadAsync(subject, TimeSpan.FromSeconds(30), Ct);
        await book.UpdateAsync(Ct);
        return await read;
    }

    private static void Take(int times, params QuotaCount[] counts)
    {
        for (var i = 0; i < times; i++)
        {
            Array.ForEach(counts, count => count.Take());
        }
    }

    private static UsageEvent Request(AppliedQuota quota, DateTimeOffset time, QuotaPeriod? countedIn) => new()
    {
        Id = Guid.NewGuid(),
        UserId = quota.UserId,
        ApiKeyId = quota.KeyId,
        Endpoint = "/x",
        CreatedAt = time,
        CountedIn = countedIn,
        IsCountedForUser = countedIn is not null,
        IsCountedForKey = countedIn is not null,
    };

    private static string Used(params QuotaCount[] counts) => string.Join(' ', counts.Select(count => count.Used.Requests));
}
