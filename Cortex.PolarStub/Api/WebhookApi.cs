using System.Text.Json.Nodes;
using Cortex.Polar.Http;

namespace Cortex.Polar.Api;

/// <summary>The webhook endpoint and what was delivered to it.</summary>
internal sealed class WebhookApi(PolarStubOptions options, PolarOrganization organization)
{
    private const string CreatedAt = "2026-01-05T09:30:00.123456Z";

    public void Map(PolarRoutes routes)
    {
        routes.Add("GET", "/v1/webhooks/endpoints", call => call.Page([organization.Webhooks], _ => Endpoint()));
        routes.Add("GET", "/v1/webhooks/endpoints/{id}", call =>
            call.Id == organization.Webhooks.EndpointId ? PolarAnswer.Json(200, Endpoint()) : PolarAnswer.NotFound());
        routes.Add("PATCH", "/v1/webhooks/endpoints/{id}", Update);
        routes.Add("GET", "/v1/webhooks/deliveries", Deliveries);
        routes.Add("POST", "/v1/webhooks/events/{id}/redeliver", Redeliver);
    }

    private PolarAnswer Update(PolarCall call)
    {
        if (call.ReadBody(out var refusal) is not { } body)
        {
            return refusal;
        }

        if (call.Id != organization.Webhooks.EndpointId)
        {
            return PolarAnswer.NotFound();
        }

        organization.Webhooks.IsEnabled = body["enabled"]?.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True => true,
            System.Text.Json.JsonValueKind.False => false,
            _ => organization.Webhooks.IsEnabled,
        };
        return PolarAnswer.Json(200, Endpoint());
    }

    private PolarAnswer Deliveries(PolarCall call)
    {
        var (endpoints, succeeded, types) = (call.Filter("endpoint_id"), call.Filter("succeeded"), call.Filter("event_type"));
        var (start, end, codes) = (Time(call, "start_timestamp"), Time(call, "end_timestamp"), call.Filter("http_code_class"));
        return call.Page(
            organization.Webhooks.Deliveries.Where(delivery => endpoints?.Contains(organization.Webhooks.EndpointId.ToString()) != false
                && succeeded?.Contains(delivery.Succeeded ? "true" : "false") != false
                && types?.Contains(delivery.Webhook.Type) != false
                && codes?.Contains($"{delivery.HttpCode / 100}xx") != false
                && !(delivery.CreatedAt <= start)
                && !(delivery.CreatedAt >= end)).Reverse().ToList(),
            Show);
    }

    private PolarAnswer Redeliver(PolarCall call)
    {
        if (organization.Webhooks.Events.FirstOrDefault(found => found.Id == call.Id) is not { } webhook)
        {
            return PolarAnswer.NotFound();
        }

        organization.Webhooks.Send(webhook);
        return PolarAnswer.Json(202, null);
    }

    private JsonObject Endpoint() => new()
    {
        ["created_at"] = CreatedAt,
        ["modified_at"] = null,
        ["id"] = organization.Webhooks.EndpointId,
        ["url"] = organization.Webhooks.Target?.AbsoluteUri ?? "https://example.com/webhooks",
        ["name"] = "Cortex",
        ["format"] = "raw",
        ["secret"] = options.WebhookSecret,
        ["organization_id"] = PolarOrganization.Id,
        ["events"] = new JsonArray([.. PolarEventTypes.Sent.Select(type => (JsonNode)type)]),
        ["enabled"] = organization.Webhooks.IsEnabled,
        ["api_version"] = options.CurrentVersion,
        ["uses_standard_webhook_signature"] = PolarSignature.SchemeOf(options.WebhookSecret) == PolarKeyScheme.Decoded,
    };

    private static JsonNode Show(PolarDelivery delivery) => new JsonObject
    {
        ["created_at"] = PolarTime.Text(delivery.CreatedAt),
        ["modified_at"] = null,
        ["id"] = delivery.Id,
        ["succeeded"] = delivery.Succeeded,
        ["http_code"] = delivery.HttpCode,
        ["response"] = delivery.Response,
        ["webhook_event"] = new JsonObject
        {
            ["created_at"] = PolarTime.Text(delivery.Webhook.CreatedAt),
            ["modified_at"] = null,
            ["id"] = delivery.Webhook.Id,
            ["last_http_code"] = delivery.Webhook.LastHttpCode,
            ["succeeded"] = delivery.Webhook.Succeeded,
            ["skipped"] = delivery.Webhook.Skipped,
            ["api_version"] = delivery.Webhook.ApiVersion,
            ["payload"] = delivery.Webhook.Text,
            ["type"] = delivery.Webhook.Type,
            ["is_archived"] = false,
        },
    };

    private static DateTimeOffset? Time(PolarCall call, string name) =>
        DateTimeOffset.TryParse(
            call.Query[name].ToString(), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
