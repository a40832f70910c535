using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

public sealed class WithoutProductsTests(BillingApp app) : IClassFixture<BillingApp>
{
    [Fact]
    public async Task Without_products_all_tiers_stay()
    {
        var user = await app.RegisterAsync();
        await app.ApplyAsync("subscription.active", Webhooks.Subscription($"sub {user.Id}", user.Id));

        app.StartReplica(out var misconfigured, ("POLAR_PRODUCTS", ""));
        using (misconfigured)
        {
            await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        }

        Assert.Equal("pro", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));
        Assert.Empty((await app.Mailbox.ForAsync(user.Email, "tier_changed")).Skip(1));
    }

    [Fact]
    public async Task What_became_known_without_products_counts_once_there_are_some()
    {
        var (buyer, former) = (await app.RegisterAsync(), await app.RegisterAsync());
        await AddAsync(buyer.Id, "active");
        await AddAsync(former.Id, "unpaid");
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", former.Id);

        app.StartReplica(out var configured);
        using (configured)
        {
            foreach (var (user, tier) in new[] { (buyer, "pro"), (former, "free") })
            {
                await Poll.UntilAsync(
                    TimeSpan.FromSeconds(30),
                    "the tier is decided",
                    async () => (string?)await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id) == tier);
            }
        }
    }

    private Task<object?> AddAsync(Guid userId, string status) => app.SqlAsync(
        "INSERT INTO billing_subscriptions (id, user_id, customer_id, product_id, status, said_at, said_by, created_at) "
            + "VALUES ('sub ' || $1, $1, 'x', 'prod_pro', $2, now(), 'x', now())",
        userId,
        status);
}
