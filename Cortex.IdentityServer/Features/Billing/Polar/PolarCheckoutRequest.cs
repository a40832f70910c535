using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A request for a page on which a user can buy a product.</summary>
/// <param name="Products">The ids of the products to choose from.</param>
/// <param name="ExternalCustomerId">The id of the user.</param>
/// <param name="CustomerEmail">The email that the page suggests; null if the customer enters one.</param>
/// <param name="SuccessUrl">Where the browser goes after the payment. Polar replaces <c>{CHECKOUT_ID}</c> in it.</param>
/// <param name="ReturnUrl">Where the browser goes if the customer turns back.</param>
internal sealed record PolarCheckoutRequest(
    IReadOnlyList<string> Products,
    string ExternalCustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomerEmail,
    string SuccessUrl,
    string ReturnUrl);
