using System.Net;
using Cortex.IdentityServer.Features.Billing.Sync;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>What lost webhooks leave behind is repaired once a day and on command.</summary>
public sealed class SyncTests(SyncApp app) : IClassFixture<SyncApp>
{
    [Fact]
    public async Task A_subscription_of_which_no_webhook_arrived_is_found()
    {
        var (user, customer) = await CustomerAsync();
        customer.Subscribe(PolarStubOptions.Pro.Id);

        await app.SweepAsync(user.Id);

        Assert.Equal("pro", await TierAsync(user.Id));
        Assert.Equal(1, app.CountLogLines($"Webhooks about user {user.Id} were lost"));
        await app.Mailbox.WaitAsync(user.Email, "tier_changed");

        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        await app.Services.GetRequiredService<CustomerSweep>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, app.CountLogLines($"Webhooks about user {user.Id} were lost"));
    }

    [Fact]
    public async Task A_lost_revocation_ends_the_tier_at_once()
    {
        var (user, customer) = await CustomerAsync();
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);
        await app.SweepAsync(user.Id);
        app.Clock.Advance(TimeSpan.FromHours(3));

        subscription.Revoke();
        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.SweepAsync(user.Id);

        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_lost_failed_payment_keeps_the_tier_for_the_grace()
    {
        var (user, customer) = await CustomerAsync();
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);
        await app.SweepAsync(user.Id);
        app.Clock.Advance(TimeSpan.FromHours(3));

        subscription.FailPayment();
        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.SweepAsync(user.Id);

        Assert.Equal("pro", await TierAsync(user.Id));
        var shown = (await (await app.SignedInAsync(user)).BillingAsync()).GetProperty("subscription");
        Assert.Equal("past_due", shown.GetProperty("status").GetString());
        app.Clock.Advance(TimeSpan.FromDays(21));
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the grace ends", async () => await TierAsync(user.Id) == "free");
    }

    [Fact]
    public async Task What_a_webhook_said_within_the_hour_prevails_over_the_state_that_Polar_caches()
    {
        var (user, customer) = await CustomerAsync();
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);
        app.Clock.Advance(TimeSpan.FromHours(2));
        subscription.ChangeProduct(PolarStubOptions.Enterprise.Id);
        await DeliverLastAsync("subscription.updated");
        Assert.Equal("enterprise", await TierAsync(user.Id));

        // Such a state could be one that Polar has cached since before the webhook.
        subscription.ChangeProduct(PolarStubOptions.Pro.Id);
        await app.SweepAsync(user.Id);

        Assert.Equal("enterprise", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_payment_of_which_no_webhook_arrived_is_found_two_hours_after_the_checkout()
    {
        var (user, _, http) = await app.SignUpAsync();
        var url = await http.BuyAsync(PolarStubOptions.Pro.Id).UrlAsync();
        await http.BuyAsync(PolarStubOptions.Pro.Id).UrlAsync();
        app.Polar.Checkout(url).Pay();
        var sweep = app.Services.GetRequiredService<CustomerSweep>();

        app.Clock.Advance(TimeSpan.FromMinutes(119));
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("free", await TierAsync(user.Id));
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await sweep.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("pro", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_checkout_does_not_postpone_what_is_due_earlier()
    {
        var (user, _, http) = await app.SignUpAsync();
        var due = app.Clock.GetUtcNow().AddMinutes(5);
        await app.SqlAsync("INSERT INTO billing_sweeps VALUES ($1, $2)", user.Id, due);

        await http.BuyAsync(PolarStubOptions.Pro.Id).UrlAsync();

        Assert.Equal(true, await app.SqlAsync("SELECT due_at < $2 FROM billing_sweeps WHERE user_id = $1", user.Id, due.AddSeconds(1)));
    }

    [Fact]
    public async Task A_user_who_gave_up_a_checkout_is_asked_for_once()
    {
        var user = await app.RegisterAsync();

        await app.SweepAsync(user.Id);

        Assert.Single(app.Polar.RequestsTo($"/v1/customers/external/{user.Id}/state"));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_sweeps WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task While_Polar_is_down_nothing_changes_and_the_sweep_is_postponed()
    {
        var (user, customer) = await CustomerAsync();
        customer.Subscribe(PolarStubOptions.Pro.Id);
        app.Polar.Faults.Add(new PolarFault.Status(500), $"/v1/customers/external/{user.Id}/state", times: 100);
        var lines = app.CountLogLines("Could not compare customers with Polar");

        await app.SweepAsync(user.Id);

        app.Polar.Faults.Clear();
        Assert.Equal("free", await TierAsync(user.Id));
        Assert.Equal(lines + 1, app.CountLogLines("Could not compare customers with Polar"));
        Assert.Equal(true, await app.SqlAsync("SELECT due_at > $2 FROM billing_sweeps WHERE user_id = $1", user.Id, app.Clock.GetUtcNow().AddMinutes(9)));
    }

    [Fact]
    public async Task A_customer_that_was_linked_here_is_asked_for_by_its_own_id()
    {
        var user = await app.RegisterAsync();
        var customer = app.Polar.AddCustomer(externalId: null, user.Email);
        await LinkAsync(customer, user);
        var subscription = customer.Subscribe(PolarStubOptions.Pro.Id);

        await app.SweepAsync(user.Id);

        Assert.Equal("pro", await TierAsync(user.Id));
        subscription.Revoke();
        app.Clock.Advance(TimeSpan.FromHours(4));
        await app.SweepAsync(user.Id);
        Assert.Equal("free", await TierAsync(user.Id));
    }

    [Fact]
    public async Task A_customer_that_was_assigned_to_the_wrong_user_can_be_moved_in_the_database()
    {
        var (wrong, right) = (await app.RegisterAsync(), await app.RegisterAsync());
        var customer = app.Polar.AddCustomer(externalId: null, right.Email);
        await LinkAsync(customer, wrong);
        customer.Subscribe(PolarStubOptions.Pro.Id);
        await app.SweepAsync(wrong.Id);
        Assert.Equal("pro", await TierAsync(wrong.Id));
        var sql = Document.Read("docs/billing.md").Section("Whose event it is").Blocks
            .Single(block => block.Text.Contains("BEGIN", StringComparison.Ordinal)).Text
            .Replace("<right user>", right.Id.ToString(), StringComparison.Ordinal).Replace("<wrong user>", wrong.Id.ToString(), StringComparison.Ordinal)
            .Replace("<customer>", customer.Id.ToString(), StringComparison.Ordinal);

        await app.SqlAsync(sql.Replace("now()", "'-infinity'", StringComparison.Ordinal));
        app.StartReplica(out var replica);
        using (replica)
        {
            await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the right user gets the tier", async () => await TierAsync(right.Id) == "pro");
            await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the wrong user loses the tier", async () => await TierAsync(wrong.Id) == "free");
        }
    }

    [Fact]
    public async Task The_command_says_what_it_changed()
    {
        var (user, customer) = await CustomerAsync();
        customer.Subscribe(PolarStubOptions.Enterprise.Id);
        var other = await app.RegisterAsync();

        var run = (await ServerProcess.RunAsync(["billing", "sync", "--all-users"], app.Variables)).ShouldExitWith(0);

        Assert.Contains($"{user.Id}: tier changed from free to enterprise", run.OutputLines());
        Assert.DoesNotContain(other.Id.ToString(), run.Output, StringComparison.Ordinal);
        Assert.Equal("enterprise", await TierAsync(user.Id));
        var again = (await ServerProcess.RunAsync(["billing", "sync", "--user", user.Id.ToString()], app.Variables)).ShouldExitWith(0);
        Assert.Equal("Users asked for: 1; repaired: 0; not known to Polar: 0.", Assert.Single(again.OutputLines()));
        var unknown = (await ServerProcess.RunAsync(["billing", "sync", "--user", other.Id.ToString()], app.Variables)).ShouldExitWith(0);
        Assert.Equal("Users asked for: 1; repaired: 0; not known to Polar: 1.", Assert.Single(unknown.OutputLines()));
    }

    [Fact]
    public async Task The_command_fails_without_a_token()
    {
        var run = await ServerProcess.RunAsync(["billing", "sync"], [.. app.Variables.Where(variable => variable.Name != "POLAR_ACCESS_TOKEN")]);

        run.ShouldExitWith(1);
        Assert.Contains("POLAR_ACCESS_TOKEN", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--user must be the id of a user", "--user", "nobody")]
    [InlineData("Use either --all-users or --user.", "--all-users", "--user", "0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01")]
    public async Task The_command_refuses_users_that_make_no_sense(string message, params string[] options)
    {
        var run = await ServerProcess.RunAsync(["billing", "sync", .. options], app.Variables);

        run.ShouldExitWith(2);
        Assert.Contains(message, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    private async Task<(TestUser User, PolarCustomer Customer)> CustomerAsync()
    {
        var user = await app.RegisterAsync();
        return (user, app.Polar.AddCustomer(user.Id.ToString(), user.Email));
    }

    private Task<object?> LinkAsync(PolarCustomer customer, TestUser user) =>
        app.SqlAsync("INSERT INTO billing_customers VALUES ($1, $2, NULL, now())", customer.Id.ToString(), user.Id);

    private async Task DeliverLastAsync(string type)
    {
        var webhook = app.Polar.Webhooks.Events.Last(one => one.Type == type);
        using var request = app.Polar.Webhooks.Request(webhook, new Uri(app.BaseAddress, Webhooks.Route));
        using var http = new HttpClient();
        await (await http.SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.Accepted);
        await app.WaitForEventAsync(webhook.Id.ToString());
    }

    private async Task<string?> TierAsync(Guid userId) => (string?)await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", userId);
}
