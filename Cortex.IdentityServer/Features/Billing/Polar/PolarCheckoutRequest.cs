using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A request for a page on which a user can buy a product.</summary>
/// <param name="Products">The ids of the products to choose from.</param>
/// <param name="ExternalCustomerId">The id of the user.</param>
/// <param name="CustomerEmail">The email that the page suggests; null if the customer enters one.</param>
/// <param name="SuccessUrl">Where the browser goes after the payment. Polar replaces <c>{CHECKOUT_ID}</c> in it.</param>
/// <param name="ReturnUrl">Where the browser goes if the customer turns back.</param>
/// <param name="Metadata">Further data, which Polar copies to the subscription and its orders.</param>
internal sealed record PolarCheckoutRequest(
    IReadOnlyList<string> Products,
    string ExternalCustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomerEmail,
    string SuccessUrl,
    string ReturnUrl,
    IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The key of the metadata whose value is the id of the user.</summary>
    public const string UserIdKey = "cortex_user_id";
}
