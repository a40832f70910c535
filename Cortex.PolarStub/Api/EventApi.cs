using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.Polar.Http;

namespace Cortex.Polar.Api;

/// <summary>Usage events. One bad event refuses its whole batch.</summary>
internal sealed class EventApi(PolarStubOptions options, PolarOrganization organization)
{
    private const int MaxNameLength = 128;

    public void Map(PolarRoutes routes) => routes.Add("POST", "/v1/events/ingest", Ingest);

    /// <summary>Counts the events of a request, even if it meets a fault.</summary>
    public static void Notice(PolarRequest request, PolarUsage usage)
    {
        try
        {
            if (JsonNode.Parse(request.Body) is JsonObject body && body["events"] is JsonArray events)
            {
                usage.Notice([.. events.Select(received => ((received as JsonObject)?["external_id"] as JsonValue)?.ToString())]);
            }
        }
        catch (JsonException)
        {
            // It contains no events.
        }
    }

    private PolarAnswer Ingest(PolarCall call)
    {
        if (call.ReadBody(out var refusal) is not { } body)
        {
            return refusal;
        }

        if (body["events"] is not JsonArray batch)
        {
            var isMissing = !body.ContainsKey("events");
            return PolarAnswer.Invalid(
                [new(isMissing ? "missing" : "list_type", ["body", "events"], isMissing ? "Field required" : "Input should be a valid list", body)], true);
        }

        var problems = new List<PolarProblem>();
        var events = batch.Index().Select(received => Read(received.Index, received.Item, problems)).OfType<PolarEvent>().ToList();
        if (problems.Count > 0)
        {
            return PolarAnswer.Invalid(problems, isForm: true);
        }

        var unknown = events.Index().Where(received => received.Item.CustomerId is { } id && organization.Customers.All(customer => customer.Id != id))
            .Select(received => new PolarProblem(
                "customer_id", ["body", "events", received.Index, "customer_id"], "Customer not found.", received.Item.CustomerId.ToString())).ToList();
        if (unknown.Count > 0)
        {
            return PolarAnswer.Invalid(unknown, isForm: false);
        }

        var (inserted, duplicates) = organization.Usage.Accept(events);
        return PolarAnswer.Json(200, new JsonObject { ["inserted"] = inserted, ["duplicates"] = duplicates });
    }

    private PolarEvent? Read(int index, JsonNode? node, List<PolarProblem> problems)
    {
        if (node is not JsonObject received)
        {
            problems.Add(new(
                "model_attributes_type", ["body", "events", index], "Input should be a valid dictionary or object to extract fields from", node));
            return null;
        }

        // The framework tries both forms of an event and names the form in the place of each mistake.
        var isById = received.ContainsKey("customer_id");
        var form = new FormReader(received, "events", index, isById ? "EventCreateCustomer" : "EventCreateExternalCustomer");
        var name = form.Text("name");
        if (!received.ContainsKey("name"))
        {
            form.Add("missing", "Field required", received, "name");
        }
        else if (name?.Length > MaxNameLength)
        {
            form.Add("string_too_long", $"String should have at most {MaxNameLength} characters", name, "name");
        }

        var externalCustomerId = form.Text("external_customer_id");
        var customerId = form.Id("customer_id");
        if (!isById && !received.ContainsKey("external_customer_id"))
        {
            form.Add("missing", "Field required", received, "external_customer_id");
        }

        var externalId = form.Text("external_id");
        var timestamp = Timestamp(received, form);
        var metadata = form.Metadata("metadata");
        if (organization.Usage.RefusalOf(externalId) is { } message)
        {
            form.Add("value_error", message, received);
        }

        problems.AddRange(form.Problems);
        return form.Problems.Count > 0
            ? null
            : new(name!, isById ? null : externalCustomerId, customerId, externalId, timestamp, options.Clock.GetUtcNow(), metadata);
    }

    private DateTimeOffset Timestamp(JsonObject received, FormReader form)
    {
        var now = options.Clock.GetUtcNow();
        if (received["timestamp"] is not { } node)
        {
            return now;
        }

        var text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : "";
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var timestamp))
        {
            form.Add("datetime_from_date_parsing", "Input should be a valid datetime or date, invalid character in year", node, "timestamp");
        }
        else if (!HasOffset(text))
        {
            form.Add("timezone_aware", "Input should have timezone info", node, "timestamp");
        }
        else if (timestamp > now)
        {
            form.Add("value_error", "Value error, Timestamp must be in the past.", node, "timestamp");
        }

        return timestamp;
    }

    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || text.AsSpan(Math.Max(text.IndexOf('T', StringComparison.Ordinal), 0)).ContainsAny('+', '-');
}
