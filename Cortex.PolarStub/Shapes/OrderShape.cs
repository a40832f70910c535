using System.Globalization;
using System.Text.Json.Nodes;

namespace Cortex.Polar.Shapes;

/// <summary>An order as the API and webhooks show it.</summary>
internal static class OrderShape
{
    public static JsonObject Of(PolarOrder order, PolarOrganization organization) => new()
    {
        ["id"] = order.Id,
        ["created_at"] = PolarTime.Text(order.CreatedAt),
        ["modified_at"] = PolarTime.Text(order.ModifiedAt),
        ["status"] = order.RefundedAmount > 0 ? "refunded" : "paid",
        ["paid"] = true,
        ["subtotal_amount"] = order.Amount,
        ["discount_amount"] = 0,
        ["net_amount"] = order.Amount,
        ["tax_amount"] = 0,
        ["total_amount"] = order.Amount,
        ["applied_balance_amount"] = 0,
        ["due_amount"] = 0,
        ["refunded_amount"] = order.RefundedAmount,
        ["refunded_tax_amount"] = 0,
        ["currency"] = "usd",
        ["billing_reason"] = order.BillingReason,
        ["billing_name"] = null,
        ["billing_address"] = new JsonObject { ["country"] = "US", ["postal_code"] = "94107", ["state"] = "US-CA" },
        ["invoice_number"] = string.Create(CultureInfo.InvariantCulture, $"CORTEX-{order.Number:D4}"),
        ["is_invoice_generated"] = false,
        ["receipt_number"] = null,
        ["seats"] = null,
        ["units"] = null,
        ["customer_id"] = order.Subscription.Customer.Id,
        ["product_id"] = order.Subscription.Product.Id,
        ["discount_id"] = null,
        ["subscription_id"] = order.Subscription.Id,
        ["checkout_id"] = order.BillingReason == "subscription_create" ? order.Subscription.CheckoutId : null,
        ["next_payment_attempt_at"] = null,
        ["metadata"] = order.Subscription.Metadata.DeepClone(),
        ["custom_field_data"] = new JsonObject(),
        ["platform_fee_amount"] = 0,
        ["platform_fee_currency"] = null,
        ["customer"] = CustomerShape.Of(order.Subscription.Customer, organization),
        ["product"] = ProductShape.InOrder(order.Subscription.Product),
        ["discount"] = null,
        ["subscription"] = SubscriptionShape.InOrder(order.Subscription),
        ["items"] = new JsonArray(Item(order)),
        ["description"] = order.Subscription.Product.Name,
        ["refundable_amount"] = order.Amount - order.RefundedAmount,
        ["refundable_tax_amount"] = 0,
    };

    private static JsonObject Item(PolarOrder order) => new()
    {
        ["created_at"] = PolarTime.Text(order.CreatedAt),
        ["modified_at"] = null,
        ["id"] = order.Id,
        ["label"] = order.Subscription.Product.Name,
        ["amount"] = order.Amount,
        ["tax_amount"] = 0,
        ["proration"] = false,
        ["product_price_id"] = ProductShape.PriceId(order.Subscription.Product),
        ["start_timestamp"] = null,
        ["end_timestamp"] = null,
    };
}
