using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>A product to buy.</summary>
internal sealed record CheckoutRequest : IRequestBody, IExample<CheckoutRequest>
{
    private const int MaxProductIdLength = 255;

    /// <summary>The product's id at Polar, one of those that <c>GET /api/v1/billing</c> lists.</summary>
    [Required]
    [MaxLength(MaxProductIdLength)]
    public string ProductId { get; init; } = "";

    /// <summary>
    /// The path on this website that the browser opens after the payment, with <c>checkout_id</c> added to its query; <c>/billing</c> by default.
    /// </summary>
    [LocalPath]
    public string? SuccessPath { get; init; }

    public static CheckoutRequest Example => new() { ProductId = "3d9f1c0a-5b7e-4c58-9d0e-2f6a8b1c4e77", SuccessPath = "/billing" };
}
