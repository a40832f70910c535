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
        var line = $"Subscription {subscription.Id} of a deleted account is canceled at Polar";
        await Poll.UntilAsync(Soon, "the log says so", () => Task.FromResult(app.CountLogLines(line) == 1));
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
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Nothing_is_left_to_cancel(bool isKnown, int requests)
    {
        var (user, _, subscription) = await SubscriberAsync();
        subscription.Revoke();
        if (isKnown)
        {
            await app.SqlAsync("UPDATE billing_subscriptions SET status = 'canceled', ended_at = now() WHERE id = $1", subscription.Id.ToString());
        }

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await Poll.UntilAsync(Soon, "nothing is queued", async () => await QueuedAsync(subscription) == 0);
        Assert.Equal(requests, Cancellations(subscription));
        Assert.Equal(0, app.CountLogLines($"Subscription {subscription.Id} of a deleted account could not"));
    }

    [Fact]
    public async Task A_subscription_that_was_revoked_and_reinstated_is_canceled()
    {
        var (user, _, subscription) = await SubscriberAsync();
        await app.SqlAsync("UPDATE billing_subscriptions SET revoked_at = said_at - interval '1 day' WHERE id = $1", subscription.Id.ToString());

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await UntilCanceledAsync(subscription);
    }

    [Fact]
    public async Task Another_programs_product_is_left_alone()
    {
        var (user, _, subscription) = await SubscriberAsync(product: "another program's");

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        var line = $"Subscription {subscription.Id} of a deleted account is not canceled at Polar, because its product another program's isn't in";
        await Poll.UntilAsync(Soon, "the log says so", () => Task.FromResult(app.CountLogLines(line) == 1));
        app.Clock.Advance(TimeSpan.FromMinutes(3));
        await Poll.UntilAsync(Soon, "the next attempt", async () => await AttemptsAsync(subscription) == 2);
        Assert.Equal(1, app.CountLogLines(line));
        Assert.Equal(0, Cancellations(subscription));
    }

    [Fact]
    public async Task A_subscription_that_Polar_doesnt_know_is_forgotten_after_some_days()
    {
        var (user, _, subscription) = await SubscriberAsync();
        app.Polar.Faults.Add(
            new PolarFault.WrongJson("""{"error": "ResourceNotFound", "detail": "Not found"}""", 404), $"/v1/subscriptions/{subscription.Id}", times: 2);

        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);

        await Poll.UntilAsync(
            Soon,
            "a warning",
            () => Task.FromResult(app.Log.Contains($"Subscription {subscription.Id} of a deleted account could not be canceled", StringComparison.Ordinal)));
        Assert.Equal(1L, await QueuedAsync(subscription));
        await app.SqlAsync("UPDATE billing_cancellations SET attempts = 14, due_at = '-infinity' WHERE subscription_id = $1", subscription.Id.ToString());
        await Poll.UntilAsync(Soon, "it is forgotten", async () => await QueuedAsync(subscription) == 0);
        var line = $"Polar doesn't know subscription {subscription.Id} of a deleted account";
        await Poll.UntilAsync(Soon, "the log says so", () => Task.FromResult(app.CountLogLines(line) == 1));
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

    private async Task<(TestUser User, HttpClient Http, PolarSubscription Subscription)> SubscriberAsync(string? product = null)
    {
        var (user, _, http) = await app.SignUpAsync();
        var customer = app.Polar.AddCustomer(user.Id.ToString(), user.Email);
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);
        await app.SqlAsync(
            "INSERT INTO billing_subscriptions (id, user_id, customer_id, product_id, status, said_at, said_by, created_at) "
                + "VALUES ($1, $2, $3, $4, 'active', now(), 'x', now())",
            subscription.Id.ToString(),
            user.Id,
            customer.Id.ToString(),
            product ?? PolarStubOptions.Pro.Id);
        return (user, http, subscription);
    }

    private Task<TimeSpan> UntilCanceledAsync(PolarSubscription subscription) => Poll.UntilAsync(
        Soon, "the subscription is canceled", async () => subscription.Status == PolarStatus.Canceled && await QueuedAsync(subscription) == 0);

    private int Cancellations(PolarSubscription subscription) =>
        app.Polar.RequestsTo($"/v1/subscriptions/{subscription.Id}").Count(request => request.Method == "DELETE");

    private async Task<int?> AttemptsAsync(PolarSubscription subscription) =>
        (int?)await app.SqlAsync("SELECT attempts FROM billing_cancellations WHERE subscription_id = $1", subscription.Id.ToString());

    private async Task<long> QueuedAsync(PolarSubscription subscription) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM billing_cancellations WHERE subscription_id = $1", subscription.Id.ToString()))!;
}
