using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>
/// Polar's API. No method throws, except when it is canceled: every failure is an answer. Without <c>POLAR_ACCESS_TOKEN</c>, no method may be called.
/// </summary>
internal sealed class PolarClient(IHttpClientFactory clients, BillingOptions options, PolarReplies replies)
{
    /// <summary>The maximum number of items on a page of Polar's lists.</summary>
    private const int PageSize = 100;

    /// <summary>Whether there is an access token.</summary>
    public bool IsEnabled => options.PolarAccessToken is not null;

    /// <summary>Creates a page on which a user can buy a product.</summary>
    public Task<PolarAnswer<PolarCheckout>> CreateCheckoutAsync(PolarCheckoutRequest request, CancellationToken cancellationToken) => SendAsync(
        PolarCall.Checkout, PolarPriority.People, "/v1/checkouts/", Json(request, PolarJson.Default.PolarCheckoutRequest), PolarCheckout.Read,
        cancellationToken);

    /// <summary>Creates a link to Polar's customer portal. A user whom Polar doesn't know is <c>Refused</c> with 422.</summary>
    public Task<PolarAnswer<PolarPortal>> CreatePortalSessionAsync(PolarPortalRequest request, CancellationToken cancellationToken) => SendAsync(
        PolarCall.Portal, PolarPriority.People, "/v1/customer-sessions/", Json(request, PolarJson.Default.PolarPortalRequest), PolarPortal.Read,
        cancellationToken);

    /// <summary>Reads a customer by our user id. It is <c>Absent</c> if Polar has no such customer.</summary>
    public Task<PolarAnswer<PolarCustomerState>> GetCustomerStateAsync(string externalId, PolarPriority priority, CancellationToken cancellationToken) =>
        SendAsync(
            PolarCall.CustomerState, priority, $"/v1/customers/external/{Segment(externalId)}/state", body: null, PolarCustomerState.Read, cancellationToken);

    /// <summary>Reads a customer by Polar's own id. It is <c>Absent</c> if Polar has no such customer.</summary>
    public Task<PolarAnswer<PolarCustomerState>> GetLinkedCustomerStateAsync(string id, PolarPriority priority, CancellationToken cancellationToken) =>
        SendAsync(PolarCall.CustomerState, priority, $"/v1/customers/{Segment(id)}/state", body: null, PolarCustomerState.Read, cancellationToken);

    /// <summary>Reads a subscription, which isn't cached by Polar. It is <c>Absent</c> if Polar has no such subscription.</summary>
    public Task<PolarAnswer<PolarSubscription>> GetSubscriptionAsync(string id, PolarPriority priority, CancellationToken cancellationToken) =>
        SendAsync(PolarCall.Subscription, priority, $"/v1/subscriptions/{Segment(id)}", body: null, PolarSubscription.Read, cancellationToken);

    /// <summary>
    /// Ends a subscription at once. If it has ended already, the answer is <c>Refused</c> because of <see cref="PolarReplies.AlreadyEnded"/>. It is
    /// <c>Absent</c> if the organization of the access token has no such subscription.
    /// </summary>
    public Task<PolarAnswer<PolarSubscription>> CancelSubscriptionAsync(string id, CancellationToken cancellationToken) => SendAsync(
        PolarCall.Cancellation, PolarPriority.Background, $"/v1/subscriptions/{Segment(id)}", body: null, PolarSubscription.Read, cancellationToken,
        HttpMethod.Delete);

    /// <summary>Sends a batch of events. Sending an event again does no harm: Polar recognizes it by its external id.</summary>
    /// <remarks>
    /// If one event is wrong, Polar takes none of them: the answer is <c>Refused</c> with 422, and the locations of its errors begin with <c>body</c>,
    /// <c>events</c>, and the event's index.
    /// </remarks>
    public Task<PolarAnswer<PolarIngested>> IngestAsync(IReadOnlyList<PolarUsageEvent> events, CancellationToken cancellationToken) => SendAsync(
        PolarCall.Ingest, PolarPriority.Background, "/v1/events/ingest", Json(new(events), PolarJson.Default.PolarIngestRequest), PolarIngested.Read,
        cancellationToken);

    /// <summary>Reads a page of what the meters have counted in the current period, for one user or for all customers.</summary>
    public Task<PolarAnswer<PolarPage<PolarCustomerMeter>>> GetCustomerMetersAsync(
        string? externalCustomerId, int page, CancellationToken cancellationToken) => SendAsync(
            PolarCall.CustomerMeters,
            PolarPriority.Background,
            Page("/v1/customer-meters/", page) + Filter(externalCustomerId),
            body: null,
            json => PolarPage<PolarCustomerMeter>.Read(json, PolarCustomerMeter.Read),
            cancellationToken);

    /// <summary>Reads a page of the organization's meters.</summary>
    public Task<PolarAnswer<PolarPage<PolarMeter>>> GetMetersAsync(int page, CancellationToken cancellationToken) => SendAsync(
        PolarCall.Meters, PolarPriority.Background, Page("/v1/meters/", page), body: null, json => PolarPage<PolarMeter>.Read(json, PolarMeter.Read),
        cancellationToken);

    /// <summary>Reads what a meter counted from one time to another, for one user or for all customers. A meter that doesn't exist is <c>Absent</c>.</summary>
    /// <param name="meterId">Polar's id of the meter.</param>
    /// <param name="externalCustomerId">The id of the user; null for all customers.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The last moment, at most seven days later for hours, and about a year for days.</param>
    /// <param name="interval"><c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c>, or <c>year</c>, in UTC.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<PolarAnswer<PolarQuantities>> GetQuantitiesAsync(
        string meterId, string? externalCustomerId, DateTimeOffset from, DateTimeOffset to, string interval, CancellationToken cancellationToken) => SendAsync(
            PolarCall.Quantities,
            PolarPriority.Background,
            $"/v1/meters/{Segment(meterId)}/quantities?start_timestamp={Time(from)}&end_timestamp={Time(to)}&interval={interval}" + Filter(externalCustomerId),
            body: null,
            PolarQuantities.Read,
            cancellationToken);

    private async Task<PolarAnswer<T>> SendAsync<T>(
        PolarCall call, PolarPriority priority, string path, HttpContent? body, Func<JsonElement, T?> read, CancellationToken cancellationToken,
        HttpMethod? method = null)
        where T : class
    {
        using var request = new HttpRequestMessage(method ?? (body is null ? HttpMethod.Get : HttpMethod.Post), path) { Content = body };
        call.Mark(request);
        try
        {
            using var http = clients.CreateClient(PolarFeature.ClientName(priority));
            using var response = await http.SendAsync(request, cancellationToken);
            return await replies.ReadAsync(call, response, read, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return replies.Failed<T>(call, failure);
        }
    }

    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(body, type))
    {
        Headers = { ContentType = new("application/json") },
    };

    /// <summary>Encodes one segment of a path. An id that is a dot or two would change the path, so it is replaced by one that nobody has.</summary>
    private static string Segment(string text) => text is "." or ".." ? "%252E" : Uri.EscapeDataString(text);

    private static string Page(string path, int page) => string.Create(CultureInfo.InvariantCulture, $"{path}?page={page}&limit={PageSize}");

    private static string Filter(string? externalCustomerId) =>
        externalCustomerId is null ? "" : "&external_customer_id=" + Uri.EscapeDataString(externalCustomerId);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
