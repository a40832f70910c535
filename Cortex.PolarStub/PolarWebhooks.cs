using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.Polar;

/// <summary>The organization's webhooks: built from the current state, signed, delivered, and delivered again.</summary>
public sealed class PolarWebhooks : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PolarStubOptions _options;
    private readonly PolarOrganization _organization;
    private readonly List<PolarWebhook> _events = [];
    private readonly PolarCourier _courier;

    internal PolarWebhooks(PolarStubOptions options, PolarOrganization organization)
    {
        (_options, _organization, Target) = (options, organization, options.WebhookTarget);
        _courier = new(options, organization, this);
    }

    /// <summary>Where changes are sent; null to send none.</summary>
    public Uri? Target { get; set; }

    /// <summary>Whether the endpoint is enabled. Polar disables it after ten failed webhooks in a row and skips all later ones.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>The endpoint's id.</summary>
    public Guid EndpointId { get; } = Guid.NewGuid();

    /// <summary>All webhooks, oldest first.</summary>
    public IReadOnlyList<PolarWebhook> Events => _organization.Change(() => _events.ToList());

    internal int Count => _organization.Change(() => _events.Count);

    /// <summary>All attempts to deliver one, oldest first.</summary>
    public IReadOnlyList<PolarDelivery> Deliveries => _courier.Deliveries;

    /// <summary>Builds a webhook about a subscription, customer, order, or checkout as it is now, without sending it.</summary>
    /// <param name="type">The event's type, such as <c>subscription.active</c>. <c>customer.state_changed</c> shows the customer's state.</param>
    /// <param name="subject">A <see cref="PolarSubscription"/>, <see cref="PolarCustomer"/>, <see cref="PolarOrder"/>, or <see cref="PolarCheckout"/>.</param>
    /// <param name="at">The body's <c>timestamp</c>; null for the current time.</param>
    public PolarWebhook Build(string type, object subject, DateTimeOffset? at = null) => Build(
        type,
        subject switch
        {
            PolarSubscription subscription => subscription.ToJson(),
            PolarCustomer customer => type == "customer.state_changed" ? customer.StateToJson() : customer.ToJson(),
            PolarOrder order => order.ToJson(),
            PolarCheckout checkout => checkout.ToJson(),
            JsonObject data => data,
            _ => throw new ArgumentException($"There are no webhooks about a {subject.GetType().Name}.", nameof(subject)),
        },
        at);

    /// <summary>Builds a webhook from any data, without sending it.</summary>
    public PolarWebhook Build(string type, JsonObject data, DateTimeOffset? at = null)
    {
        var body = new JsonObject
        {
            ["type"] = type,
            ["timestamp"] = PolarTime.Text(at ?? _organization.Now),
            ["api_version"] = _options.CurrentVersion,
            ["data"] = data.DeepClone(),
        };
        if (type == "subscription.migrated")
        {
            body["provider"] = "stripe";
            body["provider_subscription_id"] = "sub_1QcortexStub";
        }

        return BuildRaw(type, Encoding.UTF8.GetBytes(body.ToJsonString(Compact)));
    }

    /// <summary>Builds a webhook with any body, such as a broken one, without sending it.</summary>
    public PolarWebhook BuildRaw(string type, byte[] body) => _organization.Change(() =>
    {
        var webhook = new PolarWebhook(type, body, _organization.Now, _options.CurrentVersion);
        _events.Add(webhook);
        return webhook;
    });

    /// <summary>The headers of an attempt to deliver a webhook.</summary>
    /// <param name="webhook">What is delivered.</param>
    /// <param name="at">When the attempt is made; null for the current time.</param>
    /// <param name="secret">The secret that signs; null for the endpoint's.</param>
    /// <param name="scheme">How the key is derived from the secret; null for the way that fits the secret's form.</param>
    public IReadOnlyDictionary<string, string> Headers(
        PolarWebhook webhook, DateTimeOffset? at = null, string? secret = null, PolarKeyScheme? scheme = null)
    {
        var timestamp = (at ?? _options.Clock.GetUtcNow()).ToUnixTimeSeconds();
        var id = webhook.Id.ToString();
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["webhook-id"] = id,
            ["webhook-timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture),
            ["webhook-signature"] = PolarSignature.Sign(secret ?? _options.WebhookSecret, id, timestamp, webhook.Body.Span, scheme),
            ["webhook-api-version"] = webhook.ApiVersion,
        };
    }

    /// <summary>The request of an attempt to deliver a webhook, for a test that sends it itself.</summary>
    /// <inheritdoc cref="Headers"/>
    public HttpRequestMessage Request(
        PolarWebhook webhook, Uri target, DateTimeOffset? at = null, string? secret = null, PolarKeyScheme? scheme = null)
    {
        var content = new ReadOnlyMemoryContent(webhook.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "polar.sh webhooks");
        foreach (var (name, value) in Headers(webhook, at, secret, scheme))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Delivers a webhook once, now, and returns what the receiver answered.</summary>
    public Task<PolarDelivery> DeliverAsync(PolarWebhook webhook, Uri? target = null) =>
        _courier.AttemptAsync(webhook, target ?? Target ?? throw new InvalidOperationException("There is no target for webhooks."));

    /// <summary>Delivers a webhook in the background, with retries, as Polar does.</summary>
    public void Send(PolarWebhook webhook) => _courier.Enqueue(webhook);

    /// <summary>Waits until nothing is left to deliver, including retries.</summary>
    public Task DrainAsync(TimeSpan timeout) => _courier.DrainAsync(timeout);

    /// <summary>Stops deliveries.</summary>
    public ValueTask DisposeAsync() => _courier.DisposeAsync();

    /// <summary>Builds webhooks for a change, in order, and sends them if there is a target.</summary>
    internal IReadOnlyList<PolarWebhook> Emit((string Type, object Subject)[] events) => _organization.Change(() =>
    {
        var webhooks = events.Select(emitted => Build(emitted.Type, emitted.Subject)).ToList();
        if (Target is not null)
        {
            webhooks.ForEach(_courier.Enqueue);
        }

        return (IReadOnlyList<PolarWebhook>)webhooks;
    });

    internal IReadOnlyList<PolarWebhook> Since(int count) => _organization.Change(() => _events[count..]);

}
