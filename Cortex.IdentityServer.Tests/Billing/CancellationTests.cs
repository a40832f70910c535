using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Nobody is charged for an account that no longer exists.</summary>
public sealed class CancellationTests(SyncApp app) : IClassFixture<SyncApp>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_owner_deletes_the_account()
    {
        var (user, http, subscription) = await SubscriberAsync();

        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = user.Password }) };
        await (await http.SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.NoContent);

        await UntilCanceledAsync(subscription);
        Assert.Contains($"Subscription {subscription.Id} of a deleted account is canceled at Polar", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_deletes_an_account_with_much_usage()
    {
        var (user, _, subscription) = await SubscriberAsync();
        await app.SqlAsync("INSERT INTO usage_logs (user_id, endpoint) SELECT $1, '/x' FROM generate_series(1, 20000)", user.Id);

        await (await (await app.AdminAsync()).Http.RemoveAsync($"/api/v1/admin/users/{user.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await UntilCanceledAsync(subscription);
    }

    [Fact]
    public async Task Another_program_deletes_the_account()
    {
        var (user, _, subscription) = await SubscriberAsync();

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await UntilCanceledAsync(subscription);
    }

    [Fact]
    public async Task A_deletion_that_is_rolled_back_cancels_nothing()
    {
        var (user, _, subscription) = await SubscriberAsync();

        await app.SqlAsync($"DO $$ BEGIN DELETE FROM users WHERE id = '{user.Id}'; RAISE EXCEPTION 'undone'; EXCEPTION WHEN raise_exception THEN END $$");
        await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);

        Assert.Equal(PolarStatus.Active, subscription.Status);
        Assert.Equal(0L, await QueuedAsync(subscription));
    }

    [Theory]
    [InlineData("ended here", 0)]
    [InlineData("ended at Polar", 1)]
    [InlineData("unknown to Polar", 1)]
    public async Task Nothing_is_left_to_cancel(string state, int requests)
    {
        var (user, _, subscription) = await SubscriberAsync();
        var id = subscription.Id.ToString();
        switch (state)
        {
            case "ended here":
                await app.SqlAsync("UPDATE billing_subscriptions SET status = 'canceled', ended_at = now() WHERE id = $1", id);
                break;
            case "ended at Polar":
                subscription.Revoke();
                break;
            default:
                id = Guid.NewGuid().ToString();
                await app.SqlAsync("UPDATE billing_subscriptions SET id = $2 WHERE id = $1", subscription.Id.ToString(), id);
                break;
        }

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await Poll.UntilAsync(
            Soon,
            "nothing is queued",
            async () => (long)(await app.SqlAsync("SELECT count(*) FROM billing_cancellations WHERE subscription_id = $1", id))! == 0);
        Assert.Equal(requests, app.Polar.RequestsTo($"/v1/subscriptions/{id}").Count(request => request.Method == "DELETE"));
        Assert.Equal(0, app.CountLogLines($"Subscription {id} of a deleted account could not"));
    }

    [Fact]
    public async Task A_failure_is_logged_and_tried_again_until_Polar_has_canceled()
    {
        var (user, _, subscription) = await SubscriberAsync();
        app.Polar.Faults.Add(new PolarFault.Status(500), $"/v1/subscriptions/{subscription.Id}", times: 1000);

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        var line = $"Subscription {subscription.Id} of a deleted account could not be canceled at Polar";
        await Poll.UntilAsync(Soon, "the first failure", () => Task.FromResult(app.CountLogLines(line) == 1));
        Assert.Contains($"{line}, which charges for it until then (attempt 1: server_error); retrying", app.Log, StringComparison.Ordinal);
        app.Clock.Advance(TimeSpan.FromSeconds(121));
        await Poll.UntilAsync(Soon, "the second failure", () => Task.FromResult(app.CountLogLines(line) == 2));
        Assert.Equal(PolarStatus.Active, subscription.Status);

        app.Polar.Faults.Clear();
        app.Clock.Advance(TimeSpan.FromSeconds(241));
        await UntilCanceledAsync(subscription);
    }

    private async Task<(TestUser User, HttpClient Http, PolarSubscription Subscription)> SubscriberAsync()
    {
        var (user, _, http) = await app.SignUpAsync();
        var customer = app.Polar.AddCustomer(user.Id.ToString(), user.Email);
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);
        await app.SqlAsync(
            "INSERT INTO billing_subscriptions (id, user_id, customer_id, product_id, status, said_at, said_by, created_at) "
                + "VALUES ($1, $2, $3, 'x', 'active', now(), 'x', now())",
            subscription.Id.ToString(),
            user.Id,
            customer.Id.ToString());
        return (user, http, subscription);
    }

    private Task<TimeSpan> UntilCanceledAsync(PolarSubscription subscription) => Poll.UntilAsync(
        Soon, "the subscription is canceled", async () => subscription.Status == PolarStatus.Canceled && await QueuedAsync(subscription) == 0);

    private async Task<long> QueuedAsync(PolarSubscription subscription) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM billing_cancellations WHERE subscription_id = $1", subscription.Id.ToString()))!;
}
