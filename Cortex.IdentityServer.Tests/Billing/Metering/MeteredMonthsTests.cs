using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>The ledger is compared with what has reached Polar, month by month.</summary>
public sealed class MeteredMonthsTests(MeteringApp app) : IClassFixture<MeteringApp>
{
    [Fact]
    public async Task Usage_is_pending_then_in_events_and_then_with_Polar()
    {
        // The tests report usage of a month that is over.
        var month = new DateOnly(app.ThisHour().Year, app.ThisHour().Month, 1);
        var first = new DateTimeOffset(month, TimeOnly.MinValue, TimeSpan.Zero);
        app.Clock.Advance(first.AddMonths(1).AddDays(1) - app.Clock.GetUtcNow());
        var user = await app.NewReporterAsync();
        var email = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.UserId))!;
        var last = first.AddMonths(1).AddHours(-1);
        await app.UseAsync(user, last.AddMinutes(59), tokens: 5, cost: "1.5");
        await app.UseAsync(user, last, provider: "mistral", tokens: 7, cost: "0");
        await app.UseAsync(user, last.AddHours(1), tokens: 1_000, cost: "100");
        Assert.Equal(
            new(user.UserId, email, month, new(2, 12, 1_500_000), new(2, 12, 1_500_000), default, default, default, default), await ReadAsync(user, month));

        await app.CloseAsync();
        await app.UseAsync(user, last.AddHours(-1), tokens: 100, cost: "0.5");
        var created = new MeterSums(2, 12, 1_500_000);
        var used = new MeterSums(3, 112, 2_000_000);
        Assert.Equal(new(user.UserId, email, month, used, new(1, 100, 500_000), created, default, default, default), await ReadAsync(user, month));

        await app.SqlAsync("UPDATE billing_meter_events SET sent_at = now() WHERE user_id = $1", user.UserId);
        await app.SqlAsync("UPDATE billing_meter_events SET accepted_at = now() WHERE user_id = $1 AND provider = 'mistral'", user.UserId);
        await app.SqlAsync(
            "UPDATE billing_meter_events SET parked_at = now() WHERE user_id = $1 AND provider = 'openai' AND hour = $2", user.UserId, last.UtcDateTime);
        Assert.Equal(
            new(user.UserId, email, month, used, new(1, 100, 500_000), created, created, new(1, 7, 0), new(1, 5, 1_500_000)), await ReadAsync(user, month));
        Assert.Equal(new(1, 1_000, 100_000_000), (await ReadAsync(user, month.AddMonths(1)))!.Created);
        Assert.Null(await ReadAsync(user, month.AddMonths(-1)));
    }

    [Fact]
    public async Task Users_are_read_page_by_page_and_those_without_a_difference_can_be_left_out()
    {
        var users = new List<Guid>();
        for (var n = 0; n < 5; n++)
        {
            var user = await app.NewReporterAsync();
            await app.UseAsync(user, app.ThisHour().AddHours(-2), tokens: n);
            users.Add(user.UserId);
        }

        var gone = await app.NewReporterAsync();
        await app.UseAsync(gone, app.ThisHour().AddHours(-2));
        await app.SqlAsync("UPDATE users SET deleted_at = now() WHERE id = $1", gone.UserId);
        await app.CloseAsync();
        await app.SqlAsync("UPDATE billing_meter_events SET sent_at = now(), accepted_at = now() WHERE user_id = ANY ($1)", users.Take(2).ToArray());
        await app.SqlAsync("UPDATE billing_meter_events SET sent_at = now(), parked_at = now() WHERE user_id = ANY ($1)", users.Skip(3).ToArray());
        var month = MonthOf(app.ThisHour().AddHours(-2));

        Assert.Superset(users.ToHashSet(), (await PagesAsync(month, limit: 2, onlyDifferences: false)).ToHashSet());
        Assert.DoesNotContain(gone.UserId, await PagesAsync(month, limit: 2, onlyDifferences: false));
        var different = await PagesAsync(month, limit: 1, onlyDifferences: true);
        Assert.Equal(users.Skip(3).Order(), different.Intersect(users).Order());
        Assert.Equal(different.Order().Distinct(), different);
    }

    private static DateOnly MonthOf(DateTimeOffset time) => new(time.Year, time.Month, 1);

    private async Task<MeteredMonth?> ReadAsync(Reporter user, DateOnly month) =>
        (await ReadAsync(month, Guid.Empty, 200, onlyDifferences: false)).SingleOrDefault(found => found.UserId == user.UserId);

    private async Task<List<Guid>> PagesAsync(DateOnly month, int limit, bool onlyDifferences)
    {
        var users = new List<Guid>();
        for (var last = Guid.Empty; await ReadAsync(month, last, limit, onlyDifferences) is [.., var end] page; last = end.UserId)
        {
            Assert.True(page.Count <= limit);
            users.AddRange(page.Select(user => user.UserId));
        }

        return users;
    }

    private Task<IReadOnlyList<MeteredMonth>> ReadAsync(DateOnly month, Guid after, int limit, bool onlyDifferences) =>
        app.Services.GetRequiredService<MeteredMonths>().ReadAsync(month, after, limit, null, onlyDifferences, TestContext.Current.CancellationToken);
}
