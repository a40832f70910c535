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
}
