using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Subscriptions;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>
/// Reads Polar's events of any version of its API: members that this server doesn't use are ignored, whatever they contain, and only what it can't do without
/// makes an event malformed.
/// </summary>
internal static class PolarEventReader
{
    /// <summary>The maximum length of an id, a status, or an email address, in characters.</summary>
    private const int MaxTextLength = 255;

    private const int MaxStatusLength = 50;

    private const string Revoked = "subscription.revoked";

    /// <param name="json">The body of the webhook.</param>
    /// <param name="eventId">The id of the webhook.</param>
    /// <param name="receivedAt">When the webhook arrived, for events without a timestamp.</param>
    /// <exception cref="MalformedEventException">The event isn't one that Polar could have meant.</exception>
    public static PolarEvent Read(string json, string eventId, DateTimeOffset receivedAt)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, eventId, receivedAt);
        }
        catch (JsonException)
        {
            throw new MalformedEventException("The body isn't JSON.");
        }
        catch (InvalidOperationException)
        {
            throw new MalformedEventException("The body contains text that isn't Unicode.");
        }
    }

    /// <summary>
    /// Reads the state of a customer, which has the form of the data of <c>customer.state_changed</c>; null if it lists no subscriptions at all.
    /// </summary>
    /// <exception cref="MalformedEventException">The state isn't one that Polar could have meant.</exception>
    public static PolarStatement.Snapshot? ReadState(JsonElement state, string source, DateTimeOffset at) => SnapshotOf(state, at, source);

    /// <summary>Reads a subscription, which has the form of the data of its events.</summary>
    /// <exception cref="MalformedEventException">The subscription isn't one that Polar could have meant.</exception>
    public static PolarStatement.One ReadSubscription(JsonElement subscription, string source, DateTimeOffset at)
    {
        // The clocks of Polar and this server may differ, and the next event must not seem older than this answer.
        var said = subscription.ValueKind == JsonValueKind.Object ? Time(subscription, "modified_at") : null;
        return new(FactsOf(subscription, "subscription", said < at ? said.Value : at, source));
    }

    private static PolarEvent Read(JsonElement root, string eventId, DateTimeOffset receivedAt)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new MalformedEventException("The body isn't a JSON object.");
        }

        var type = Text(root, "type") ?? throw new MalformedEventException("The member type is missing.");
        var at = Time(root, "timestamp") ?? receivedAt;
        var data = Child(root, "data");
        var read = new PolarEvent(type, CustomerOf(type, data), PolarStatement.Nothing.Instance);
        if (data is not { } content)
        {
            return read.IsAboutSubscription || read.IsSnapshot ? throw new MalformedEventException("The member data is missing.") : read;
        }

        if (read.Customer is null && (read.IsAboutSubscription || read.IsSnapshot))
        {
            throw new MalformedEventException("The event doesn't name its customer.");
        }

        return read.IsAboutSubscription ? read with { Statement = new PolarStatement.One(FactsOf(content, "data", at, eventId, type == Revoked)) }
            : read.IsSnapshot && SnapshotOf(content, at, eventId) is { } snapshot ? read with { Statement = snapshot }
            : read;
    }

    /// <summary>Events about a customer contain the customer itself; most others contain it, or its id, as a member.</summary>
    private static PolarCustomer? CustomerOf(string type, JsonElement? data)
    {
        if (data is not { } content)
        {
            return null;
        }

        var nested = Child(content, "customer");
        var customer = type.StartsWith("customer.", StringComparison.Ordinal) && nested is null ? content : nested;
        var (id, externalId, email) = customer is { } own
            ? (Text(own, "id") ?? Text(content, "customer_id"), Text(own, "external_id"), Text(own, "email"))
            : (Text(content, "customer_id"), Text(content, "external_customer_id"), null);
        var buyer = type.StartsWith("customer.", StringComparison.Ordinal) ? null : BuyerOf(content);
        return id is null && externalId is null && buyer is null ? null : new(id, buyer?.ToString() ?? externalId, email) { OwnExternalId = externalId };
    }

    /// <summary>Returns the user who bought something in a checkout of this server. Polar copies the metadata of a checkout to what is bought.</summary>
    private static Guid? BuyerOf(JsonElement bought) =>
        Child(bought, "metadata") is { } metadata && Guid.TryParseExact(Text(metadata, PolarCheckoutRequest.UserIdKey), "D", out var id) ? id : null;

    /// <summary>A snapshot without its list says nothing, because an empty list would end all subscriptions.</summary>
    private static PolarStatement.Snapshot? SnapshotOf(JsonElement data, DateTimeOffset at, string eventId)
    {
        if (!data.TryGetProperty("active_subscriptions", out var listed) || listed.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return listed.ValueKind == JsonValueKind.Array
            ? new([.. listed.EnumerateArray().Select((one, index) => FactsOf(one, $"active_subscriptions[{index}]", at, eventId))], at)
            : throw new MalformedEventException("The member active_subscriptions isn't an array.");
    }

    private static SubscriptionFacts FactsOf(JsonElement data, string name, DateTimeOffset at, string eventId, bool isRevocation = false)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            throw new MalformedEventException($"The member {name} isn't an object.");
        }

        var product = Text(data, "product_id") ?? (Child(data, "product") is { } nested ? Text(nested, "id") : null);
        var status = Text(data, "status");
        return new(
            Text(data, "id") ?? throw Missing("id"),
            product ?? throw Missing("product_id"),
            status is { Length: <= MaxStatusLength } ? status : throw Missing("status"),
            at,
            eventId)
        {
            BuyerId = BuyerOf(data),
            CustomerId = Text(data, "customer_id") ?? (Child(data, "customer") is { } customer ? Text(customer, "id") : null),
            PeriodStart = Time(data, "current_period_start"),
            PeriodEnd = Time(data, "current_period_end"),
            CancelsAtPeriodEnd = Flag(data, "cancel_at_period_end"),
            EndsAt = Time(data, "ends_at"),
            EndedAt = Time(data, "ended_at"),
            PastDueAt = Time(data, "past_due_at"),
            IsRevocation = isRevocation,
        };

        MalformedEventException Missing(string member) => new($"The member {name}.{member} is missing or not usable.");
    }

    private static JsonElement? Child(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child : null;

    /// <summary>Returns a text that a column can hold; null if there is none.</summary>
    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxTextLength } text
            && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : null;

    private static bool? Flag(JsonElement parent, string name) => parent.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
        : null;

    /// <summary>Returns a time with the precision of the database, so that a time compares equal to itself after it was stored.</summary>
    private static DateTimeOffset? Time(JsonElement parent, string name) =>
        Text(parent, name) is { } text && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond))
            : null;
}
