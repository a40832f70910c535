using System.Text.Json.Nodes;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.Polar;
using Microsoft.Extensions.DependencyInjection;
using PolarSubscription = Cortex.IdentityServer.Features.Billing.Polar.PolarSubscription;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>What background work asks of Polar.</remarks>
public sealed class PolarClientTests(PolarApp app) : IClassFixture<PolarApp>
{
    private const string Ingest = "/v1/events/ingest";

    private PolarClient Client => app.Services.GetRequiredService<PolarClient>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_taken_once()
    {
        var events = new[] { Event(), Event() };

        Assert.Equal(new PolarIngested(2, 0), Value(await Client.IngestAsync(events, Token)));
        Assert.Equal(new PolarIngested(1, 2), Value(await Client.IngestAsync([.. events, Event()], Token)));
    }

    [Fact]
    public async Task An_event_arrives_exactly_as_it_is()
    {
        app.Polar.ForgetRequests();
        var sent = new PolarUsageEvent(
            "usage", "a user", $"{Guid.NewGuid()}", new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero), new Dictionary<string, JsonNode>
            {
                ["tokens"] = 123_456_789_012L,
                ["provider"] = "ünï \"x\"",
                [PolarUsageEvent.CostKey] = PolarUsageEvent.Cost(1_234_567),
            });

        Assert.Equal(new PolarIngested(1, 0), Value(await Client.IngestAsync([sent], Token)));

        var received = JsonNode.Parse(Assert.Single(app.Polar.Requests).Body)!["events"]![0]!;
        Assert.Equal("usage", (string?)received["name"]);
        Assert.Equal("a user", (string?)received["external_customer_id"]);
        Assert.Equal(sent.ExternalId, (string?)received["external_id"]);
        Assert.Equal(sent.Timestamp, (DateTimeOffset)received["timestamp"]!);
        Assert.Equal(123_456_789_012L, (long)received["metadata"]!["tokens"]!);
        Assert.Equal("ünï \"x\"", (string?)received["metadata"]!["provider"]);
        Assert.Equal("123.4567", (string?)received["metadata"]!["_cost"]!["amount"]);
        Assert.Equal("usd", (string?)received["metadata"]!["_cost"]!["currency"]);
    }

    [Fact]
    public async Task A_bad_event_is_named()
    {
        var bad = Event() with { Name = new('x', 200) };

        var refused = Assert.IsType<PolarAnswer<PolarIngested>.Refused>(await Client.IngestAsync([Event(), bad], Token));

        Assert.Equal(422, refused.Status);
        Assert.Equal(["body", "events", "1"], Assert.Single(refused.Errors).Location.Take(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Sending_is_repeated_without_counting_twice(int fault)
    {
        PolarFault[] faults = [new PolarFault.Status(500), new PolarFault.LostRequest(), new PolarFault.LostAnswer(), new PolarFault.HalfAnswer()];
        app.Polar.ForgetRequests();
        app.Polar.Faults.Add(faults[fault], Ingest, 2);

        var ingested = Value(await Client.IngestAsync([Event()], Token));

        Assert.Equal(1, ingested.Inserted + ingested.Duplicates);
        Assert.Equal(3, app.Polar.RequestsTo(Ingest).Count);
    }

    [Fact]
    public async Task After_429_background_work_pauses_and_people_do_not()
    {
        app.Polar.ForgetRequests();
        app.Polar.Faults.Add(new PolarFault.RateLimited(TimeSpan.FromSeconds(30)), Ingest);

        var limited = Assert.IsType<PolarAnswer<PolarIngested>.Unavailable>(await Client.IngestAsync([Event()], Token));
        var paused = Assert.IsType<PolarAnswer<PolarIngested>.Unavailable>(await Client.IngestAsync([Event()], Token));

        Assert.Equal(new("rate_limited", TimeSpan.FromSeconds(30)), limited);
        Assert.Equal("own_limit", paused.Reason);
        Assert.Equal(TimeSpan.FromSeconds(30), paused.RetryAfter);
        Assert.Single(app.Polar.Requests);
        Assert.IsType<PolarAnswer<PolarCustomerState>.Absent>(await Client.GetCustomerStateAsync("nobody", PolarPriority.People, Token));
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        Value(await Client.IngestAsync([Event()], Token));
    }

    [Fact]
    public async Task A_missing_customer_is_told_from_a_version_that_polar_does_not_know()
    {
        Assert.IsType<PolarAnswer<PolarCustomerState>.Absent>(await Client.GetCustomerStateAsync("nobody", PolarPriority.Background, Token));

        app.Polar.Faults.Add(new PolarFault.UnknownVersion());
        Assert.IsType<PolarAnswer<PolarCustomerState>.WrongVersion>(await Client.GetCustomerStateAsync("nobody", PolarPriority.Background, Token));

        // A proxy may have removed the header.
        app.Polar.Faults.Add(new PolarFault.WrongJson("""{"error": "ResourceNotFound", "detail": "Not found"}""", 404));
        Assert.IsType<PolarAnswer<PolarCustomerState>.Absent>(await Client.GetCustomerStateAsync("nobody", PolarPriority.Background, Token));

        app.Polar.Faults.Add(new PolarFault.Status(404, "<h1>Not found</h1>", "text/html"));
        Assert.Equal(
            "unexpected_answer",
            Assert.IsType<PolarAnswer<PolarCustomerState>.Unavailable>(
                await Client.GetCustomerStateAsync("nobody", PolarPriority.Background, Token)).Reason);
    }

    [Fact]
    public async Task A_subscription_that_has_ended_is_told_from_a_missing_scope()
    {
        var subscription = app.Polar.AddCustomer(Guid.NewGuid().ToString(), "a@example.com").Subscribe(PolarStubOptions.Pro.Id);
        var id = subscription.Id.ToString();

        app.Polar.Faults.Add(new PolarFault.WrongJson("""{"error": "insufficient_scope", "detail": "Missing scope"}""", 403));
        Assert.Equal("forbidden", Assert.IsType<PolarAnswer<PolarSubscription>.Unavailable>(await Client.CancelSubscriptionAsync(id, Token)).Reason);
        Assert.False(subscription.HasEnded);
        Value(await Client.CancelSubscriptionAsync(id, Token));

        Assert.True(subscription.HasEnded);
        var refused = Assert.IsType<PolarAnswer<PolarSubscription>.Refused>(await Client.CancelSubscriptionAsync(id, Token));
        Assert.Equal(PolarReplies.AlreadyEnded, refused.Reason);
        Assert.IsType<PolarAnswer<PolarSubscription>.Absent>(await Client.CancelSubscriptionAsync(Guid.NewGuid().ToString(), Token));
    }

    [Theory]
    [InlineData("a/b?c#d")]
    [InlineData("100% ünï")]
    [InlineData("+")]
    public async Task An_external_id_is_encoded(string id)
    {
        app.Polar.AddCustomer(id, $"{Guid.NewGuid()}@example.com");
        app.Polar.ForgetRequests();

        var state = Value(await Client.GetCustomerStateAsync(id, PolarPriority.Background, Token));

        Assert.Equal(id, state.ExternalId);
        Assert.Equal($"/v1/customers/external/{Uri.EscapeDataString(id)}/state", Assert.Single(app.Polar.Requests).Path);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_of_dots_is_nobody(string id) =>
        Assert.IsType<PolarAnswer<PolarCustomerState>.Absent>(await Client.GetCustomerStateAsync(id, PolarPriority.Background, Token));

    [Fact]
    public async Task A_request_can_be_canceled()
    {
        app.Polar.Faults.Add(new PolarFault.NoAnswer(), Ingest);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.IngestAsync([Event()], stop.Token));
    }

    private static PolarUsageEvent Event() => new(
        "usage", "a user", $"{Guid.NewGuid()}", new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero), new Dictionary<string, JsonNode> { ["requests"] = 1 });

    private static T Value<T>(PolarAnswer<T> answer) => Assert.IsType<PolarAnswer<T>.Ok>(answer).Value;
}
