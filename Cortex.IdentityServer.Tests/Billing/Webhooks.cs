using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Builds, signs, and sends webhooks as Polar does.</summary>
internal static class Webhooks
{
    public const string Route = "/api/v1/billing/webhooks/polar";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>The body of an event.</summary>
    public static string Body(string type, DateTimeOffset at, object data) => JsonSerializer.Serialize(new { type, timestamp = Iso(at), data });

    /// <summary>The data of a subscription's event.</summary>
    public static object Subscription(
        string id, Guid? userId, string status = "active", string product = "prod_pro", string? customer = null, string? email = null,
        DateTimeOffset? periodStart = null, DateTimeOffset? periodEnd = null, bool cancels = false, DateTimeOffset? endsAt = null,
        DateTimeOffset? endedAt = null, DateTimeOffset? pastDueAt = null)
    {
        customer ??= CustomerOf(userId);
        return new
        {
            id,
            status,
            product_id = product,
            customer_id = customer,
            current_period_start = Iso(periodStart),
            current_period_end = Iso(periodEnd),
            cancel_at_period_end = cancels,
            ends_at = Iso(endsAt),
            ended_at = Iso(endedAt),
            past_due_at = Iso(pastDueAt),
            metadata = new { },
            customer = new { id = customer, external_id = userId, email = email ?? "customer@polar.example" },
            product = new { id = product, name = "A product" },
        };
    }

    /// <summary>The data of <c>customer.state_changed</c>.</summary>
    public static object State(Guid userId, params (string Id, string Product)[] active) => new
    {
        id = CustomerOf(userId),
        external_id = userId,
        email = "customer@polar.example",
        active_subscriptions = active.Select(one => new { id = one.Id, status = "active", product_id = one.Product, cancel_at_period_end = false }),
        granted_benefits = Array.Empty<object>(),
    };

    public static string CustomerOf(Guid? userId) => $"cus_{userId:N}";

    /// <summary>Sends an event whose signature is valid, and expects it to be accepted. Returns its id.</summary>
    public static async Task<string> SendAsync(
        this CortexApp app, string type, object data, DateTimeOffset? at = null, string? id = null, HttpClient? http = null)
    {
        id ??= Guid.NewGuid().ToString();
        await (await (http ?? app.Anonymous()).DeliverAsync(app, id, Body(type, at ?? app.Clock.GetUtcNow(), data))).ShouldBeAsync(HttpStatusCode.Accepted);
        return id;
    }

    /// <summary>Sends an event, and waits until it is processed.</summary>
    public static async Task ApplyAsync(this CortexApp app, string type, object data, DateTimeOffset? at = null)
    {
        var id = await app.SendAsync(type, data, at);
        await app.WaitForEventAsync(id);
    }

    public static Task<TimeSpan> WaitForEventAsync(this CortexApp app, string id) => Poll.UntilAsync(
        Timeout,
        "the event is processed",
        async () => (bool)(await app.SqlAsync("SELECT EXISTS (SELECT FROM billing_events WHERE polar_event_id = $1 AND processed)", id))!);

    /// <summary>Sends a signed body.</summary>
    public static Task<HttpResponseMessage> DeliverAsync(this HttpClient http, CortexApp app, string id, string body, byte[]? key = null) =>
        http.DeliverAsync(id, app.Clock.GetUtcNow().ToUnixTimeSeconds(), Encoding.UTF8.GetBytes(body), key ?? Encoding.UTF8.GetBytes(BillingApp.Secret));

    /// <summary>Sends a signed body with the given timestamp.</summary>
    public static Task<HttpResponseMessage> DeliverAsync(this HttpClient http, string id, long timestamp, byte[] body, byte[] key) =>
        http.PostSignedAsync(id, timestamp.ToString(CultureInfo.InvariantCulture), Sign(key, id, timestamp, body), body);

    /// <summary>Sends a body with the given headers; null leaves one out.</summary>
    public static async Task<HttpResponseMessage> PostSignedAsync(this HttpClient http, string? id, string? timestamp, string? signature, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in new[] { ("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static string Sign(byte[] key, string id, long timestamp, byte[] body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]));

    private static string? Iso(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
