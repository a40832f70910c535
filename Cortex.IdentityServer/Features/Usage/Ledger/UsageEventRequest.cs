using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>One request that used something.</summary>
/// <remarks><see cref="UsageEventReader"/> reads it; this type documents it.</remarks>
internal sealed record UsageEventRequest : IRequestBody, IExample<UsageEventRequest>
{
    /// <summary>An id that the reporting service chooses, which makes it safe to send the event again. If omitted, the server chooses one.</summary>
    public Guid? Id { get; init; }

    /// <summary>What was requested: the route's template rather than a path with ids in it, so that the sums stay readable.</summary>
    [Required]
    [PlainText]
    [MaxLength(UsageEvent.MaxEndpointLength)]
    public string Endpoint { get; init; } = "";

    /// <summary>The number of tokens that the request used; 0 by default.</summary>
    [Range(0, int.MaxValue)]
    public int? TokensUsed { get; init; }

    /// <summary>
    /// The cost in US dollars, as a number or a string: 0 to 9999.999999 with at most six decimals, which is never rounded; 0 by default.
    /// </summary>
    [Cost]
    public string? CostUsd { get; init; }

    /// <summary>The provider that did the work.</summary>
    [PlainText]
    [MaxLength(UsageEvent.MaxProviderLength)]
    public string? Provider { get; init; }

    /// <summary>How long the request took, in milliseconds.</summary>
    [Range(0, int.MaxValue)]
    public int? ResponseTimeMs { get; init; }

    /// <summary>The HTTP status of the response. A status of 400 or more counts as an error.</summary>
    [Range(UsageEventReader.MinStatus, UsageEventReader.MaxStatus)]
    public int? StatusCode { get; init; }

    /// <summary>What went wrong. Without a status, an event with an error message counts as an error.</summary>
    [MaxLength(UsageEventReader.MaxErrorMessageLength)]
    public string? ErrorMessage { get; init; }

    /// <summary>
    /// When the request was made; now by default. It can be up to 35 days ago (<c>USAGE_LATE_DAYS</c>), and up to 5 minutes ahead, because clocks differ.
    /// </summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>
    /// The key that the request was made with; the calling key by default. Any other key requires the scope <c>usage:write</c>. The usage belongs to the owner
    /// of this key.
    /// </summary>
    public Guid? ApiKeyId { get; init; }

    [JsonIgnore]
    public static UsageEventRequest Example => new()
    {
        Id = ExampleValues.Id,
        Endpoint = "/v1/memories/search",
        TokensUsed = 412,
        CostUsd = "0.000824",
        Provider = "openai",
        ResponseTimeMs = 187,
        StatusCode = 200,
        CreatedAt = ExampleValues.Time,
    };
}
