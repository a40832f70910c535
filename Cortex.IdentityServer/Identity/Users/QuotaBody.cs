using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The limits of a quota, in requests and responses.</summary>
internal record QuotaBody : IExample<QuotaBody>
{
    /// <summary>The maximum number of requests in a period; null for no limit of its own.</summary>
    [Range(0, QuotaLimits.MaxLimit)]
    public long? Requests { get; init; }

    /// <summary>The maximum number of tokens in a period; null for no limit of its own.</summary>
    [Range(0, QuotaLimits.MaxLimit)]
    public long? Tokens { get; init; }

    /// <summary>The maximum cost in a period, in US dollars with at most six decimals, as a number or a string; null for no limit of its own.</summary>
    [JsonConverter(typeof(DollarsConverter))]
    [Dollars]
    public decimal? CostUsd { get; init; }

    public static QuotaBody Example => new() { Requests = 10_000, CostUsd = 25.5m };

    public QuotaLimits ToLimits(string? mode = null) => new(Requests, Tokens, CostUsd is { } dollars ? QuotaAmount.ToMicros(dollars) : null, mode);

    /// <summary>Returns limits as responses show them; null without any.</summary>
    public static QuotaBody? Of(QuotaLimits? limits) => limits is null
        ? null
        : new()
        {
            Requests = limits.Requests,
            Tokens = limits.TokensUsed,
            CostUsd = limits.CostMicros is { } micros ? QuotaAmount.ToDollars(micros) : null,
        };
}
