using System.Text.Json.Nodes;

namespace Cortex.Polar.Shapes;

/// <summary>A subscription as the API and webhooks show it.</summary>
internal static class SubscriptionShape
{
    public static JsonObject Of(PolarSubscription subscription, PolarOrganization organization)
    {
        var shape = InOrder(subscription);
        shape["custom_field_data"] = new JsonObject();
        shape["customer"] = CustomerShape.Of(subscription.Customer, organization);
        shape["product"] = ProductShape.Of(subscription.Product);
        shape["discount"] = null;
        shape["prices"] = new JsonArray(ProductShape.PriceOf(subscription.Product));
        shape["meters"] = new JsonArray();
        shape["pending_update"] = null;
        return shape;
    }

    /// <summary>What an order shows.</summary>
    public static JsonObject InOrder(PolarSubscription subscription) => new()
    {
        ["created_at"] = PolarTime.Text(subscription.CreatedAt),
        ["modified_at"] = PolarTime.Text(subscription.ModifiedAt),
        ["id"] = subscription.Id,
        ["amount"] = subscription.Product.PriceInCents,
        ["currency"] = "usd",
        ["recurring_interval"] = "month",
        ["recurring_interval_count"] = 1,
        ["status"] = subscription.Status,
        ["current_period_start"] = PolarTime.Text(subscription.CurrentPeriodStart),
        ["current_period_end"] = PolarTime.Text(subscription.CurrentPeriodEnd),
        ["current_meter_period_start"] = null,
        ["current_meter_period_end"] = null,
        ["trial_start"] = subscription.Status == PolarStatus.Trialing ? PolarTime.Text(subscription.CurrentPeriodStart) : null,
        ["trial_end"] = subscription.Status == PolarStatus.Trialing ? PolarTime.Text(subscription.CurrentPeriodEnd) : null,
        ["cancel_at_period_end"] = subscription.CancelAtPeriodEnd,
        ["canceled_at"] = PolarTime.Text(subscription.CanceledAt),
        ["started_at"] = PolarTime.Text(subscription.StartedAt),
        ["ends_at"] = PolarTime.Text(subscription.EndsAt),
        ["ended_at"] = PolarTime.Text(subscription.EndedAt),
        ["past_due_at"] = PolarTime.Text(subscription.PastDueAt),
        ["pause_at_period_end"] = false,
        ["paused_at"] = PolarTime.Text(subscription.PausedAt),
        ["resumes_at"] = PolarTime.Text(subscription.ResumesAt),
        ["customer_id"] = subscription.Customer.Id,
        ["product_id"] = subscription.Product.Id,
        ["discount_id"] = null,
        ["checkout_id"] = subscription.CheckoutId,
        ["seats"] = null,
        ["units"] = null,
        ["customer_cancellation_reason"] = null,
        ["customer_cancellation_comment"] = null,
        ["metadata"] = subscription.Metadata.DeepClone(),
    };

    /// <summary>What a customer's state shows.</summary>
    public static JsonNode InState(PolarSubscription subscription)
    {
        var full = InOrder(subscription);
        var shape = new JsonObject();
        foreach (var name in (string[])
        [
            "id", "created_at", "modified_at", "metadata", "status", "amount", "currency", "recurring_interval", "current_period_start",
            "current_period_end", "trial_start", "trial_end", "cancel_at_period_end", "canceled_at", "started_at", "ends_at", "product_id", "discount_id",
            "seats", "units",
        ])
        {
            shape[name] = full[name]?.DeepClone();
        }

        shape["custom_field_data"] = new JsonObject();
        shape["meters"] = new JsonArray();
        return shape;
    }
}
