using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cortex.Polar.Shapes;

/// <summary>A product as the API and webhooks show it.</summary>
internal static class ProductShape
{
    /// <summary>When all products were created.</summary>
    private const string CreatedAt = "2026-01-05T09:30:00.123456Z";

    public static JsonObject Of(PolarProduct product)
    {
        var shape = InOrder(product);
        shape["is_deletable"] = false;
        shape["prices"] = new JsonArray(PriceOf(product));
        shape["benefits"] = new JsonArray();
        shape["medias"] = new JsonArray();
        shape["attached_custom_fields"] = new JsonArray();
        return shape;
    }

    /// <summary>What a checkout shows.</summary>
    public static JsonObject InCheckout(PolarProduct product)
    {
        var shape = Of(product);
        foreach (var name in (string[])["metadata", "is_deletable", "attached_custom_fields"])
        {
            shape.Remove(name);
        }

        return shape;
    }

    /// <summary>What an order shows.</summary>
    public static JsonObject InOrder(PolarProduct product) => new()
    {
        ["id"] = product.Id,
        ["created_at"] = CreatedAt,
        ["modified_at"] = null,
        ["trial_interval"] = null,
        ["trial_interval_count"] = null,
        ["name"] = product.Name,
        ["description"] = null,
        ["visibility"] = "public",
        ["recurring_interval"] = "month",
        ["recurring_interval_count"] = 1,
        ["meter_interval"] = null,
        ["meter_interval_count"] = null,
        ["is_recurring"] = true,
        ["is_archived"] = false,
        ["organization_id"] = PolarOrganization.Id,
        ["metadata"] = new JsonObject(),
    };

    public static JsonObject PriceOf(PolarProduct product) => new()
    {
        ["created_at"] = CreatedAt,
        ["modified_at"] = null,
        ["id"] = PriceId(product),
        ["source"] = "catalog",
        ["amount_type"] = "fixed",
        ["price_currency"] = "usd",
        ["tax_behavior"] = null,
        ["is_archived"] = false,
        ["product_id"] = product.Id,
        ["price_amount"] = product.PriceInCents,
    };

    /// <summary>The same price has the same id in each run.</summary>
    public static Guid PriceId(PolarProduct product) => new(SHA256.HashData(Encoding.UTF8.GetBytes(product.Id)).AsSpan(0, 16));
}
