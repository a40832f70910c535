using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cortex.Polar.Shapes;

/// <summary>A customer as the API and webhooks show it.</summary>
internal static class CustomerShape
{
    public static JsonObject Of(PolarCustomer customer, PolarOrganization organization) => new()
    {
        ["id"] = customer.Id,
        ["created_at"] = PolarTime.Text(customer.CreatedAt),
        ["modified_at"] = PolarTime.Text(customer.ModifiedAt),
        ["metadata"] = customer.FormerExternalId is { } former ? new JsonObject { ["__external_id"] = former } : new JsonObject(),
        ["external_id"] = customer.ExternalId,
        ["email"] = customer.Email,
        ["email_verified"] = false,
        ["type"] = customer.IsTeam ? "team" : "individual",
        ["name"] = null,
        ["billing_name"] = null,
        ["billing_address"] = new JsonObject { ["country"] = "US", ["postal_code"] = "94107", ["state"] = "US-CA" },
        ["tax_id"] = null,
        ["locale"] = "en",
        ["organization_id"] = PolarOrganization.Id,
        ["default_payment_method_id"] = null,
        ["deleted_at"] = PolarTime.Text(customer.DeletedAt),
        ["first_user_event_at"] = organization.Usage.FirstEventOf(customer) is { } first ? PolarTime.Text(first) : null,
        ["avatar_url"] = $"https://www.gravatar.com/avatar/{EmailHash(customer.Email)}?d=404",
    };

    /// <summary>Only active and trialing subscriptions are listed: one whose payment has failed isn't.</summary>
    public static JsonObject StateOf(PolarCustomer customer, PolarOrganization organization)
    {
        var state = Of(customer, organization);
        state["active_subscriptions"] = new JsonArray(
        [
            .. organization.SubscriptionsOf(customer).Where(subscription => PolarStatus.IsActive(subscription.Status)).Select(SubscriptionShape.InState),
        ]);
        state["granted_benefits"] = new JsonArray();
        state["active_meters"] = new JsonArray([.. MeterShape.InState(customer, organization)]);
        return state;
    }

    private static string EmailHash(string email) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.ToLowerInvariant())));
}
