using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>An account that another program has locked for long delays its own billing and nobody else's.</summary>
public sealed class LockedAccountTests(BillingApp app) : IClassFixture<BillingApp>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Other_subscriptions_end_meanwhile()
    {
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        var end = app.Clock.GetUtcNow().AddDays(10);
        foreach (var (one, at) in new[] { (user, end), (other, end.AddSeconds(1)) })
        {
            await app.ApplyAsync("subscription.canceled", Webhooks.Subscription($"sub {one.Id}", one.Id, periodEnd: at, cancels: true, endsAt: at));
            Assert.Equal("pro", await TierAsync(one));
        }

        await using (await LockAsync(user))
        {
            app.Clock.Advance(TimeSpan.FromDays(10) + TimeSpan.FromSeconds(2));
            await Poll.UntilAsync(Soon, "the other subscription ends", async () => await TierAsync(other) == "free");
            Assert.Equal("pro", await TierAsync(user));
        }

        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await Poll.UntilAsync(Soon, "the subscription ends", async () => await TierAsync(user) == "free");
        Assert.Contains($"Could not decide the tier of user {user.Id} again; retrying in five minutes", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replayed_event_waits_without_losing_attempts()
    {
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        var staff = await app.AdminAsync();
        var (first, second) = (await AppliedAsync(user), await AppliedAsync(other));
        await using (await LockAsync(user))
        {
            foreach (var id in new[] { first, second })
            {
                await (await staff.Http.PostNothingAsync($"/api/v1/admin/billing-events/{id}/replay")).ShouldBeAsync(HttpStatusCode.Accepted);
            }

            await Poll.UntilAsync(Soon, "the other event is applied", () => IsProcessedAsync(second));
            Assert.False(await IsProcessedAsync(first));
        }

        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await Poll.UntilAsync(Soon, "the event is applied", () => IsProcessedAsync(first));
        Assert.Equal(1, await app.SqlAsync("SELECT attempts FROM billing_events WHERE id = $1", first));
    }

    private async Task<Guid> AppliedAsync(TestUser user)
    {
        var id = await app.SendAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));
        await app.WaitForEventAsync(id);
        return (Guid)(await app.SqlAsync("SELECT id FROM billing_events WHERE polar_event_id = $1", id))!;
    }

    private async Task<bool> IsProcessedAsync(Guid id) => (bool)(await app.SqlAsync("SELECT processed FROM billing_events WHERE id = $1", id))!;

    private Task<HeldLock> LockAsync(TestUser user) => HeldLock.TakeAsync(app.ConnectionString, $"SELECT FROM users WHERE id = '{user.Id}' FOR UPDATE");

    private async Task<string?> TierAsync(TestUser user) => (string?)await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id);
}
