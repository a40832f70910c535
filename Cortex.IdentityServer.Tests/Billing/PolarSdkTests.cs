using System.Text;
using System.Text.Json;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>The stub speaks as Polar does: Polar's official SDK understands its answers, its refusals, and its webhooks.</remarks>
public sealed class PolarSdkTests
{
    private const string LegacySecret = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";

    private static readonly PolarMeter Tokens = new(Guid.NewGuid(), "Tokens", "usage", "tokens");
    private static readonly PolarMeter Requests = new(Guid.NewGuid(), "Requests", "usage", null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkout_ends_in_a_subscription()
    {
        await using var polar = await StartAsync();
        var product = PolarStubOptions.Pro.Id;

        var created = await PolarSdk.CallAsync(polar, "checkouts.create", new
        {
            products = new[] { product },
            external_customer_id = "user/1",
            customer_email = "ada@example.com",
            success_url = "https://app.example.com/billing?checkout_id={CHECKOUT_ID}",
        });
        Assert.Equal("open", created.GetProperty("status").GetString());
        Assert.Equal($"https://app.example.com/billing?checkout_id={created.GetProperty("id")}", created.GetProperty("success_url").GetString());

        polar.Checkout(new(created.GetProperty("url").GetString()!)).Pay();

        var results = await PolarSdk.CallAsync(
            polar, ("checkouts.get", [created.GetProperty("id").GetString()]), ("customers.getStateExternal", ["user/1"]), ("subscriptions.list", []));
        Assert.Equal("succeeded", results[0].Answer.GetProperty("status").GetString());
        var subscription = results[1].Answer.GetProperty("active_subscriptions")[0];
        Assert.Equal((product, "active"), (subscription.GetProperty("product_id").GetString(), subscription.GetProperty("status").GetString()));
        Assert.Equal(subscription.GetProperty("id").GetString(), results[2].Answer.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.All(polar.Requests, request => Assert.Equal("2026-10", request.Headers["polar-version"]));
    }

    [Fact]
    public async Task Refusals_are_the_errors_that_the_SDK_expects()
    {
        await using var polar = await StartAsync();
        polar.AddCustomer("twice", "one@example.com");
        polar.AddCustomer("twice", "other@example.com");

        var results = await PolarSdk.CallAsync(
            polar,
            ("checkouts.create", [new { products = new[] { Guid.NewGuid().ToString() } }]),
            ("checkouts.create", [new { products = new[] { PolarStubOptions.Pro.Id }, customer_email = "ada@nowhere.invalid" }]),
            ("customerSessions.create", [new { external_customer_id = "nobody" }]),
            ("customerSessions.create", [new { external_customer_id = "twice" }]),
            ("customers.getStateExternal", ["nobody"]),
            ("webhooks.redeliverWebhookEvent", [Guid.NewGuid().ToString()]));

        Assert.Equal(
            [
                ("HTTPValidationError", 422), ("HTTPValidationError", 422), ("HTTPValidationError", 422), ("AmbiguousExternalCustomerID", 409),
                ("ResourceNotFound", 404), ("ResourceNotFound", 404),
            ],
            results.Select(result => (result.Error!, result.Status!.Value)));
        Assert.Equal("Product does not exist.", Message(results[0]));
        Assert.Contains("does not accept email", Message(results[1]), StringComparison.Ordinal);
        Assert.Equal("Customer does not exist.", Message(results[2]));
    }

    [Fact]
    public async Task A_subscription_is_revoked_once()
    {
        await using var polar = await StartAsync();
        var subscription = polar.AddCustomer("user", "ada@example.com").Subscribe(PolarStubOptions.Pro.Id);
        var (method, id) = ("subscriptions.revoke", subscription.Id.ToString());
        var results = await PolarSdk.CallAsync(polar, (method, [id]), (method, [id]), (method, [Guid.NewGuid().ToString()]));
        Assert.Equal("canceled", results[0].Answer.GetProperty("status").GetString());
        Assert.Equal([("AlreadyCanceledSubscription", 403), ("ResourceNotFound", 404)], results[1..].Select(one => (one.Error!, one.Status!.Value)));
    }

    [Fact]
    public async Task A_portal_session_has_a_link_that_opens()
    {
        await using var polar = await StartAsync();
        polar.AddCustomer("user", "ada@example.com").Subscribe(PolarStubOptions.Pro.Id);

        var session = await PolarSdk.CallAsync(
            polar, "customerSessions.create", new { external_customer_id = "user", return_url = "https://app.example.com/billing" });

        using var http = new HttpClient();
        var page = await http.GetStringAsync(session.GetProperty("customer_portal_url").GetString(), Ct);
        Assert.Contains("Cancel at the end of the period", page, StringComparison.Ordinal);
        Assert.Contains("https://app.example.com/billing", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_accepted_once_and_one_bad_event_refuses_its_batch()
    {
        await using var polar = await StartAsync();
        var ahead = polar.Options.Clock.GetUtcNow().AddMinutes(5).ToString("O");
        object Batch(params object[] events) => new { events };
        object Event(string id, object? metadata = null, string name = "usage", string timestamp = "2026-09-10T00:00:00Z") =>
            new { name, external_customer_id = "user", external_id = id, timestamp, metadata = metadata ?? new { tokens = 10 } };

        var results = await PolarSdk.CallAsync(
            polar,
            ("events.ingest", [Batch(Event("a"), Event("b", new { tokens = 5, _cost = new { amount = "0.000001234567", currency = "usd" } }))]),
            ("events.ingest", [Batch(Event("b"), Event("c"), Event("c"))]),
            ("events.ingest", [Batch(Event("d"), Event("e", name: new string('x', 129)))]),
            ("events.ingest", [Batch(Event("d"), Event("e"), Event("f", timestamp: ahead))]),
            ("events.ingest", [Batch(Event("d", new { empty = "" }))]),
            ("events.ingest", [Batch(Event("d", new { _cost = new { amount = "0.0000000000001", currency = "usd" } }))]),
            ("events.ingest", [Batch(new { name = "usage", external_id = "d" })]));

        Assert.Equal([(2, 0), (1, 2)], results.Take(2).Select(result => (Number(result.Answer, "inserted"), Number(result.Answer, "duplicates"))));
        Assert.All(results.Skip(2), result => Assert.Equal(("HTTPValidationError", 422), (result.Error, result.Status)));
        Assert.Equal(
            ["body.events.1.name", "body.events.2.timestamp", "body.events.0.metadata", "body.events.0.metadata", "body.events.0.external_customer_id"],
            results.Skip(2).Select(Place));
        Assert.Equal(["a", "b", "c"], polar.Usage.Accepted.Select(accepted => accepted.ExternalId));
        Assert.Equal(25, polar.Usage.Sum("user", "tokens"));
        Assert.Equal(0.000001234567m, polar.Usage.Sum("user", "_cost.amount"));
        Assert.Equal((1, 2, 2, 4), (polar.Usage.Seen["a"], polar.Usage.Seen["b"], polar.Usage.Seen["c"], polar.Usage.Seen["d"] - 1));
    }

    [Fact]
    public async Task Meters_are_computed_from_the_accepted_events()
    {
        await using var polar = await StartAsync();
        polar.AddCustomer("user", "ada@example.com");
        object Event(string id, string customer, int tokens, string time) =>
            new { name = "usage", external_customer_id = customer, external_id = id, timestamp = time, metadata = new { tokens } };

        var results = await PolarSdk.CallAsync(
            polar,
            ("events.ingest", [new
            {
                events = new[]
                {
                    Event("1", "user", 10, "2026-09-01T10:00:00Z"), Event("2", "user", 20, "2026-09-03T23:59:59+00:00"),
                    Event("3", "other", 40, "2026-09-01T10:00:00Z"),
                },
            }]),
            ("customerMeters.list", [new { external_customer_id = "user" }]),
            ("meters.quantities", [Tokens.Id, new
            {
                start_timestamp = "2026-09-01T00:00:00Z", end_timestamp = "2026-09-03T00:00:00Z", interval = "day", external_customer_id = "user",
            }]),
            ("meters.quantities", [Requests.Id, new { start_timestamp = "2026-09-01T00:00:00Z", end_timestamp = "2026-09-30T00:00:00Z", interval = "month" }]),
            ("customers.getStateExternal", ["user"]));

        Assert.Equal(
            [(Tokens.Id, 30), (Requests.Id, 2)],
            results[1].Answer.GetProperty("items").EnumerateArray()
                .Select(meter => (meter.GetProperty("meter_id").GetGuid(), Number(meter, "consumed_units"))));
        Assert.Equal(30, Number(results[2].Answer, "total"));
        Assert.Equal([10, 0, 20], results[2].Answer.GetProperty("quantities").EnumerateArray().Select(day => Number(day, "quantity")));
        Assert.Equal(3, Number(results[3].Answer, "total"));
        Assert.Equal(-30, Number(results[4].Answer.GetProperty("active_meters")[0], "balance"));
    }

    [Fact]
    public async Task A_wrong_token_and_an_unknown_version_are_refused_as_by_Polar()
    {
        await using var polar = await StartAsync();
        await using var later = await PolarStub.StartAsync(
            new() { Versions = new HashSet<string> { "2027-04" }, CurrentVersion = "2027-04" }, Ct);

        var refused = (await PolarSdk.CallAsync(polar, "polar_oat_wrong", ("customers.list", [])))[0];
        var removed = (await PolarSdk.CallAsync(later, ("customers.list", [])))[0];

        Assert.Equal(("PolarClientError", 401), (refused.Error, refused.Status));
        Assert.Contains("invalid_token", refused.Body.GetString(), StringComparison.Ordinal);
        Assert.Equal(("PolarClientError", 404), (removed.Error, removed.Status));
        Assert.Equal("""{"detail":"Not Found"}""", removed.Body.GetString());
    }

    [Fact]
    public async Task Too_many_requests_are_told_when_to_come_back()
    {
        await using var polar = await PolarStub.StartAsync(new() { RequestsPerMinute = 2 }, Ct);

        var results = await PolarSdk.CallAsync(polar, ("customers.list", []), ("customers.list", []), ("customers.list", []));

        Assert.Equal([null, null, "PolarRateLimitError"], results.Select(result => result.Error));
        Assert.InRange(results[2].RetryAfter!.Value, 1, 60);
    }

    [Fact]
    public async Task Lists_have_pages_that_the_SDK_walks_through()
    {
        await using var polar = await StartAsync();
        var added = Enumerable.Range(0, 23).Select(number => polar.AddCustomer($"user-{number}", $"user-{number}@example.com").Id).ToList();

        var results = await PolarSdk.CallAsync(polar, ("customers.iterList", [new { limit = 10 }]), ("customers.list", [new { page = 3, limit = 10 }]));

        Assert.Equal(added.AsEnumerable().Reverse(), results[0].Answer.EnumerateArray().Select(customer => customer.GetProperty("id").GetGuid()));
        Assert.Equal(3, results[1].Answer.GetProperty("items").GetArrayLength());
        Assert.Equal(23, Number(results[1].Answer.GetProperty("pagination"), "total_count"));
    }

    [Theory]
    [InlineData(PolarStubOptions.DefaultWebhookSecret)]
    [InlineData(LegacySecret)]
    [InlineData("polar_whs_an-older-secret-of-an-endpoint")]
    [InlineData("a secret that somebody chose")]
    public async Task The_SDK_accepts_every_webhook_that_the_stub_signs(string secret)
    {
        await using var polar = await PolarStub.StartAsync(new() { WebhookSecret = secret }, Ct);
        var webhooks = PolarSamples.Webhooks(polar);

        var accepted = await PolarSdk.ValidateAsync(webhooks.Select(webhook => (webhook.Body.ToArray(), polar.Webhooks.Headers(webhook), secret)));

        Assert.Equal(webhooks.Select(webhook => webhook.Type), accepted);
        Assert.Equal(PolarEventTypes.Sent.Order(), webhooks.Select(webhook => webhook.Type).Distinct().Order());
    }

    [Fact]
    public async Task The_SDK_accepts_both_key_schemes_of_the_same_secret_and_no_other_signature()
    {
        await using var polar = await StartAsync();
        var webhook = polar.Webhooks.Build("customer.created", polar.AddCustomer("user", "ada@example.com"));
        var (body, secret) = (webhook.Body.ToArray(), polar.Options.WebhookSecret);

        var results = await PolarSdk.ValidateAsync(
        [
            (body, polar.Webhooks.Headers(webhook, scheme: PolarKeyScheme.Decoded), secret),
            (body, polar.Webhooks.Headers(webhook, scheme: PolarKeyScheme.Legacy), secret),
            (body, polar.Webhooks.Headers(webhook, secret: LegacySecret), secret),
            ([.. body, (byte)' '], polar.Webhooks.Headers(webhook), secret),
            (body, polar.Webhooks.Headers(webhook, at: DateTimeOffset.UtcNow.AddMinutes(-6)), secret),
            (body, polar.Webhooks.Headers(webhook, at: DateTimeOffset.UtcNow.AddMinutes(6)), secret),
        ]);

        Assert.Equal(
            [
                "customer.created", "customer.created", "No matching signature found", "No matching signature found", "Message timestamp too old",
                "Message timestamp too new",
            ],
            results);
    }

    [Theory]
    [InlineData("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", PolarKeyScheme.Decoded, "v1,wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfw=")]
    [InlineData("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", PolarKeyScheme.Legacy, "v1,1g7mVT1etgh3Hh8cfW1VLYYb9UV9vrV4Ct4rteH0EYY=")]
    [InlineData(LegacySecret, PolarKeyScheme.Legacy, "v1,b5ugQeY+znMunHqlNU8LFGABceLr5mn2f3t6fm0FeTo=")]
    public async Task The_published_vectors_hold_for_the_stub_and_the_SDK(string secret, PolarKeyScheme scheme, string signature)
    {
        const string Id = "11111111-1111-4111-8111-111111111111";
        const long Timestamp = 1788998400;
        var body = Encoding.UTF8.GetBytes(
            """{"type":"subscription.active","timestamp":"2026-09-10T00:00:00Z","data":{"id":"00000000-0000-4000-8000-000000000001"}}""");
        var headers = new Dictionary<string, string> { ["webhook-id"] = Id, ["webhook-timestamp"] = "1788998400", ["webhook-signature"] = signature };

        Assert.Equal(signature, PolarSignature.Sign(secret, Id, Timestamp, body, scheme));
        Assert.Equal(["subscription.active"], await PolarSdk.ValidateAsync([(body, headers, secret)], DateTimeOffset.FromUnixTimeSeconds(Timestamp)));
        if (scheme == PolarKeyScheme.Decoded)
        {
            Assert.Equal(signature, await StandardWebhooksNpm.SignAsync(secret, Id, Timestamp, body));
            Assert.True(await StandardWebhooksNpm.VerifyAsync(secret, Id, Timestamp, body, signature));
        }
    }

    [Fact]
    public async Task A_webhook_that_failed_is_listed_and_can_be_delivered_again()
    {
        await using var receiver = await PolarReceiver.StartAsync();
        await using var polar = await PolarStub.StartAsync(new() { WebhookTarget = receiver.Url, WebhookAttempts = 1 }, Ct);
        receiver.Status = 500;
        polar.AddCustomer("user", "ada@example.com");
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));
        receiver.Status = 202;

        var failed = (await PolarSdk.CallAsync(polar, "webhooks.listWebhookDeliveries", new { succeeded = false })).GetProperty("items");
        var id = failed[1].GetProperty("webhook_event").GetProperty("id").GetString();
        await PolarSdk.CallAsync(polar, "webhooks.redeliverWebhookEvent", id);
        await polar.Webhooks.DrainAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(500, Number(failed[1], "http_code"));
        Assert.Equal("customer.created", failed[1].GetProperty("webhook_event").GetProperty("type").GetString());
        Assert.Equal(["customer.created", "customer.state_changed", "customer.created"], receiver.Types);
        var all = (await PolarSdk.CallAsync(polar, "webhooks.listWebhookDeliveries", new { succeeded = true })).GetProperty("items");
        Assert.Equal(id, Assert.Single(all.EnumerateArray()).GetProperty("webhook_event").GetProperty("id").GetString());
    }

    private static Task<PolarStub> StartAsync() => PolarStub.StartAsync(new() { Meters = [Tokens, Requests] }, Ct);

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string? Message(PolarSdkResult result) => result.Body.GetProperty("detail")[0].GetProperty("msg").GetString();

    /// <summary>The place of the first mistake, without the name of the form that the framework inserts and what lies below a field.</summary>
    private static string Place(PolarSdkResult result)
    {
        var place = result.Body.GetProperty("detail")[0].GetProperty("loc").EnumerateArray().Select(part => part.ToString()).ToList();
        return string.Join('.', place.Take(3).Append(place[4]));
    }
}
