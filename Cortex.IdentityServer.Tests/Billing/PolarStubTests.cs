using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>What the SDK doesn't show of the stub: paths, its pages, the webhooks of each change, and deliveries.</remarks>
public sealed class PolarStubTests
{
    private const string Ingest = "/v1/events/ingest";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/v1/checkouts", "/v1/checkouts/")]
    [InlineData("POST", "/v1/customer-sessions", "/v1/customer-sessions/")]
    [InlineData("GET", "/v1/customers?limit=5", "/v1/customers/?limit=5")]
    [InlineData("GET", "/v1/customer-meters", "/v1/customer-meters/")]
    [InlineData("POST", "/v1/events/ingest/", "/v1/events/ingest")]
    public async Task A_wrong_final_slash_is_redirected_and_the_method_kept(string method, string path, string location)
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        using var http = Client(polar);

        using var response = await http.SendAsync(new(new(method), path), Ct);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(new Uri(polar.Url, location), response.Headers.Location);
    }

    [Theory]
    [InlineData("2026-04", HttpStatusCode.OK)]
    [InlineData("2026-10", HttpStatusCode.OK)]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("2026-07", HttpStatusCode.NotFound)]
    [InlineData("latest", HttpStatusCode.NotFound)]
    public async Task Only_versions_that_exist_are_answered(string version, HttpStatusCode status)
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        using var http = Client(polar);
        http.DefaultRequestHeaders.Add("Polar-Version", version);

        using var response = await http.GetAsync("/v1/customers/", Ct);
        using var missing = await http.GetAsync("/v1/customers/external/nobody/state", Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(
            status == HttpStatusCode.OK ? """{"error":"ResourceNotFound","detail":"Not found"}""" : """{"detail":"Not Found"}""",
            await missing.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_request_without_a_token_is_unauthorized()
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        using var http = new HttpClient { BaseAddress = polar.Url };

        using var response = await http.PostAsJsonAsync("/v1/checkouts/", new { }, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("""{"error":"Unauthorized","detail":"Unauthorized"}""", await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Paying_creates_the_customer_and_the_subscription_and_leads_back()
    {
        await using var receiver = await PolarReceiver.StartAsync();
        await using var polar = await PolarStub.StartAsync(new() { WebhookTarget = receiver.Url }, Ct);
        using var http = Client(polar);
        var checkout = await CheckOutAsync(http, "user");
        var url = checkout.GetProperty("url").GetString();

        Assert.Contains("Buy Pro", await http.GetStringAsync(url, Ct), StringComparison.Ordinal);
        using var declined = await PayAsync(http, url, "failing");
        Assert.Equal(HttpStatusCode.PaymentRequired, declined.StatusCode);
        Assert.Empty(polar.Customers);
        using var paid = await PayAsync(http, url, "good");
        using var again = await PayAsync(http, url, "good");

        Assert.Equal(HttpStatusCode.SeeOther, paid.StatusCode);
        Assert.StartsWith(
            $"https://app.example.com/billing?checkout_id={checkout.GetProperty("id")}&customer_session_token=polar_cst_",
            paid.Headers.Location!.OriginalString,
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Gone, again.StatusCode);
        var subscription = Assert.Single(polar.Customer("user").Subscriptions);
        Assert.Equal(("active", "ada@example.com"), (subscription.Status, subscription.Customer.Email));
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(
            [
                "checkout.created", "customer.created", "customer.state_changed", "subscription.created", "subscription.updated", "subscription.active",
                "order.created", "order.updated", "order.paid", "customer.state_changed", "checkout.updated",
            ],
            receiver.Types);
        Assert.All(receiver.Received, received => Assert.Equal("2026-10", received.Headers["webhook-api-version"]));
    }

    [Fact]
    public async Task A_customer_who_is_found_by_email_keeps_the_external_id_and_gets_no_session()
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        using var http = Client(polar);
        var known = polar.AddCustomer(null, "ada@example.com");

        using var paid = await PayAsync(http, (await CheckOutAsync(http, "user")).GetProperty("url").GetString(), "good");

        Assert.DoesNotContain("customer_session_token", paid.Headers.Location!.Query, StringComparison.Ordinal);
        Assert.Equal("active", Assert.Single(known.Subscriptions).Status);
        Assert.Null(Assert.Single(polar.Customers).ExternalId);
    }

    [Fact]
    public async Task The_portal_changes_a_subscription()
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        using var http = Client(polar);
        var subscription = polar.AddCustomer("user", "ada@example.com").Subscribe(PolarStubOptions.Pro.Id);
        using var created = await http.PostAsJsonAsync("/v1/customer-sessions/", new { external_customer_id = "user" }, Ct);
        var token = (await created.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString()!;

        async Task<HttpStatusCode> ActAsync(string action)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["customer_session_token"] = token,
                ["subscription"] = subscription.Id.ToString(),
                ["action"] = action,
            });
            using var response = await http.PostAsync("/portal", form, Ct);
            return response.StatusCode;
        }

        var end = subscription.CurrentPeriodEnd;
        Assert.Equal((HttpStatusCode.SeeOther, "past_due"), (await ActAsync("fail"), subscription.Status));
        Assert.Equal((HttpStatusCode.SeeOther, "active"), (await ActAsync("recover"), subscription.Status));
        Assert.Equal((HttpStatusCode.SeeOther, end), (await ActAsync("cycle"), subscription.CurrentPeriodStart));
        Assert.Equal((HttpStatusCode.SeeOther, true), (await ActAsync("cancel"), subscription.CancelAtPeriodEnd));
        Assert.Equal((HttpStatusCode.SeeOther, false), (await ActAsync("uncancel"), subscription.CancelAtPeriodEnd));
        Assert.Equal((HttpStatusCode.Conflict, "active"), (await ActAsync("recover"), subscription.Status));
        Assert.Equal((HttpStatusCode.SeeOther, "canceled"), (await ActAsync("revoke"), subscription.Status));
        Assert.Equal((HttpStatusCode.Conflict, "canceled"), (await ActAsync("revoke"), subscription.Status));
        using var stranger = await http.GetAsync("/portal?customer_session_token=polar_cst_wrong", Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    [Fact]
    public async Task Each_change_sends_the_webhooks_that_Polar_sends()
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        var subscription = polar.AddCustomer("user", "ada@example.com").Subscribe(PolarStubOptions.Pro.Id);

        Assert.Equal(["subscription.updated", "subscription.past_due", "customer.state_changed"], Types(subscription.FailPayment()));
        Assert.Empty(subscription.Customer.StateToJson()["active_subscriptions"]!.AsArray());
        Assert.Equal(["subscription.updated", "subscription.active", "customer.state_changed"], Types(subscription.Recover()));
        Assert.Equal(["subscription.updated", "subscription.canceled", "customer.state_changed"], Types(subscription.CancelAtEndOfPeriod()));
        Assert.Single(subscription.Customer.StateToJson()["active_subscriptions"]!.AsArray());
        Assert.Equal(["subscription.updated", "subscription.uncanceled", "customer.state_changed"], Types(subscription.Uncancel()));
        Assert.Equal(["subscription.updated", "subscription.paused", "customer.state_changed"], Types(subscription.Pause()));
        Assert.Equal(["subscription.updated", "subscription.resumed", "customer.state_changed"], Types(subscription.Resume()));
        Assert.Equal(
            ["subscription.updated", "subscription.cycled", "customer.state_changed", "order.created", "order.updated", "order.paid"],
            Types(subscription.Cycle()));
        Assert.Equal(["subscription.updated", "customer.state_changed"], Types(subscription.ChangeProduct(PolarStubOptions.Enterprise.Id)));
        subscription.CancelAtEndOfPeriod();
        var ended = subscription.Cycle();
        Assert.Equal(["subscription.updated", "subscription.canceled", "subscription.revoked", "customer.state_changed"], Types(ended));
        Assert.Equal("canceled", ended[^2].Json.GetProperty("data").GetProperty("status").GetString());
        var times = polar.Webhooks.Events.Select(webhook => webhook.Json.GetProperty("timestamp").GetDateTimeOffset()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal(times.Count, times.Distinct().Count());
    }

    [Fact]
    public async Task A_webhook_is_retried_with_the_same_id_and_body_and_a_new_timestamp()
    {
        var clock = new TestClock();
        await using var receiver = await PolarReceiver.StartAsync();
        await using var polar = await PolarStub.StartAsync(new() { WebhookTarget = receiver.Url, Clock = clock }, Ct);
        receiver.Status = 503;
        var webhook = polar.AddCustomer("user", "ada@example.com").ReportState().Single();
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "three webhooks were attempted", () => Task.FromResult(receiver.Received.Count == 3));

        receiver.Status = 202;
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "all arrived", () =>
        {
            clock.Advance(TimeSpan.FromSeconds(4));
            return Task.FromResult(polar.Webhooks.Events.All(sent => sent.Succeeded == true));
        });

        var attempts = receiver.Received.Where(received => received.Headers["webhook-id"] == webhook.Id.ToString()).ToList();
        Assert.Equal(2, attempts.Count);
        Assert.Equal(attempts[0].Body, attempts[1].Body);
        Assert.NotEqual(attempts[0].Headers["webhook-timestamp"], attempts[1].Headers["webhook-timestamp"]);
        Assert.Equal([503, 202], polar.Webhooks.Deliveries.Where(delivery => delivery.Webhook == webhook).Select(delivery => delivery.HttpCode));
    }

    [Fact]
    public async Task An_endpoint_that_keeps_failing_is_disabled_and_later_webhooks_are_skipped()
    {
        await using var receiver = await PolarReceiver.StartAsync();
        await using var polar = await PolarStub.StartAsync(new() { WebhookTarget = receiver.Url, WebhookAttempts = 1, WebhookFailures = 4 }, Ct);
        receiver.Status = 500;
        polar.AddCustomer("one", "one@example.com");
        polar.AddCustomer("two", "two@example.com");
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));

        var skipped = polar.AddCustomer("three", "three@example.com").ReportState().Single();
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));

        Assert.False(polar.Webhooks.IsEnabled);
        Assert.True(skipped.Skipped);
        Assert.Equal(4, receiver.Received.Count);
        polar.Webhooks.IsEnabled = true;
        receiver.Status = 202;
        polar.Webhooks.Send(skipped);
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((true, false), (skipped.Succeeded, skipped.Skipped));
    }

    [Fact]
    public async Task A_cached_state_is_old_until_the_cache_expires()
    {
        var clock = new TestClock();
        await using var polar = await PolarStub.StartAsync(new() { StateCache = TimeSpan.FromHours(1), Clock = clock }, Ct);
        using var http = Client(polar);
        var customer = polar.AddCustomer("user/1", "ada@example.com");
        async Task<int> CountAsync() => (await http.GetFromJsonAsync<JsonElement>("/v1/customers/external/user%2F1/state", Ct))
            .GetProperty("active_subscriptions").GetArrayLength();

        Assert.Equal(0, await CountAsync());
        customer.Subscribe(PolarStubOptions.Pro.Id);
        Assert.Equal(0, await CountAsync());
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task The_same_event_sixteen_times_at_once_is_accepted_once()
    {
        await using var polar = await PolarStub.StartAsync(cancellationToken: Ct);
        using var http = Client(polar);
        var body = """{"events":[{"name":"usage","external_customer_id":"user","external_id":"a","metadata":{"tokens":1}}]}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var response = await http.PostAsync(Ingest, new StringContent(body, Encoding.UTF8, "application/json"), Ct);
            return (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("inserted").GetInt32();
        }));

        Assert.Equal(1, answers.Sum());
        Assert.Equal((1m, 16), (polar.Usage.Sum("user", "tokens"), polar.Usage.Seen["a"]));
    }

    private static HttpClient Client(PolarStub polar)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = polar.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", polar.Options.AccessToken);
        return http;
    }

    private static async Task<JsonElement> CheckOutAsync(HttpClient http, string externalCustomerId)
    {
        using var response = await http.PostAsJsonAsync(
            "/v1/checkouts/",
            new
            {
                products = new[] { PolarStubOptions.Pro.Id },
                external_customer_id = externalCustomerId,
                customer_email = "ada@example.com",
                success_url = "https://app.example.com/billing?checkout_id={CHECKOUT_ID}",
            },
            Ct);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    private static async Task<HttpResponseMessage> PayAsync(HttpClient http, string? url, string card)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = "ada@example.com", ["card"] = card });
        return await http.PostAsync(url, form, Ct);
    }

    private static IEnumerable<string> Types(IEnumerable<PolarWebhook> webhooks) => webhooks.Select(webhook => webhook.Type);
}
