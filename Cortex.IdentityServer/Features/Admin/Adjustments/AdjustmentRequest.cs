using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Adjustments;

/// <summary>A correction of a user's usage. At least one of the two numbers isn't zero.</summary>
internal sealed record AdjustmentRequest : IRequestBody, IExample<AdjustmentRequest>
{
    private const int MaxReasonLength = 500;

    /// <summary>The number of tokens to add, negative to give tokens back; 0 by default.</summary>
    public int? TokensUsed { get; init; }

    /// <summary>
    /// The US dollars to add, negative to give money back, as a number or a string: -9999.999999 to 9999.999999 with at most six decimals, which is never
    /// rounded; 0 by default.
    /// </summary>
    [SignedAmount]
    [JsonConverter(typeof(NumberOrTextConverter))]
    public string? CostUsd { get; init; }

    /// <summary>Why the usage is corrected, for the audit log.</summary>
    [Required]
    [PlainText]
    [MaxLength(MaxReasonLength)]
    public string Reason { get; init; } = "";

    public static AdjustmentRequest Example => new() { TokensUsed = -1200, CostUsd = "-0.25", Reason = "The provider failed and returned nothing." };
}
