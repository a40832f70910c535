using System.Text.Json.Nodes;

namespace Cortex.Polar.Shapes;

/// <summary>A checkout as the API and webhooks show it.</summary>
internal static class CheckoutShape
{
    public static JsonObject Of(PolarCheckout checkout)
    {
        var product = checkout.Products[0];
        var shape = Form(checkout);
        foreach (var (name, value) in Amounts(product))
        {
            shape[name] = value?.DeepClone();
        }

        shape["product_id"] = product.Id;
        shape["product_price_id"] = ProductShape.PriceId(product);
        shape["products"] = new JsonArray([.. checkout.Products.Select(ProductShape.InCheckout)]);
        shape["product"] = ProductShape.InCheckout(product);
        shape["product_price"] = ProductShape.PriceOf(product);
        shape["prices"] = new JsonObject([.. checkout.Products.Select(
            offered => KeyValuePair.Create(offered.Id, (JsonNode?)new JsonArray(ProductShape.PriceOf(offered))))]);
        return shape;
    }

    private static JsonObject Form(PolarCheckout checkout) => new()
    {
        ["id"] = checkout.Id,
        ["created_at"] = PolarTime.Text(checkout.CreatedAt),
        ["modified_at"] = PolarTime.Text(checkout.ModifiedAt),
        ["custom_field_data"] = new JsonObject(),
        ["payment_processor"] = "stripe",
        ["status"] = checkout.Status == "open" && !checkout.IsOpen ? "expired" : checkout.Status,
        ["client_secret"] = checkout.ClientSecret,
        ["url"] = checkout.Url.AbsoluteUri,
        ["expires_at"] = PolarTime.Text(checkout.ExpiresAt),
        ["success_url"] = checkout.SuccessUrl,
        ["return_url"] = checkout.ReturnUrl,
        ["embed_origin"] = null,
        ["allow_trial"] = true,
        ["active_trial_interval"] = null,
        ["active_trial_interval_count"] = null,
        ["trial_end"] = null,
        ["organization_id"] = PolarOrganization.Id,
        ["discount_id"] = null,
        ["allow_discount_codes"] = true,
        ["require_billing_address"] = false,
        ["is_discount_applicable"] = true,
        ["is_free_product_price"] = false,
        ["is_payment_required"] = true,
        ["is_payment_setup_required"] = true,
        ["is_payment_form_required"] = true,
        ["customer_id"] = checkout.Customer?.Id,
        ["is_business_customer"] = false,
        ["customer_name"] = null,
        ["customer_email"] = checkout.Customer?.Email ?? checkout.CustomerEmail,
        ["customer_ip_address"] = null,
        ["customer_billing_name"] = null,
        ["customer_billing_address"] = null,
        ["customer_tax_id"] = null,
        ["locale"] = null,
        ["payment_method_type"] = null,
        ["payment_processor_metadata"] = new JsonObject(),
        ["billing_address_fields"] = new JsonObject([.. ((string[])["country", "state", "city", "postal_code", "line1", "line2"]).Select(
            field => KeyValuePair.Create(field, (JsonNode?)(field == "country" ? "required" : "disabled")))]),
        ["trial_interval"] = null,
        ["trial_interval_count"] = null,
        ["metadata"] = checkout.Metadata.DeepClone(),
        ["external_customer_id"] = checkout.ExternalCustomerId,
        ["discount"] = null,
        ["subscription_id"] = null,
        ["attached_custom_fields"] = new JsonArray(),
        ["customer_metadata"] = new JsonObject(),
    };

    private static JsonObject Amounts(PolarProduct product) => new()
    {
        ["amount"] = product.PriceInCents,
        ["seats"] = null,
        ["min_seats"] = null,
        ["max_seats"] = null,
        ["units"] = null,
        ["min_units"] = null,
        ["max_units"] = null,
        ["discount_amount"] = 0,
        ["net_amount"] = product.PriceInCents,
        ["tax_amount"] = null,
        ["tax_behavior"] = null,
        ["total_amount"] = product.PriceInCents,
        ["currency"] = "usd",
    };
}
