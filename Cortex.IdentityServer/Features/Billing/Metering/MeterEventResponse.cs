using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>An event for Polar with the usage of a user and a provider in an hour.</summary>
/// <param name="ExternalId">The id of the event, by which Polar recognizes it.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="Provider">The provider; null if there is none.</param>
/// <param name="Hour">The start of the hour.</param>
/// <param name="Number">1 for the first event of the user, hour, and provider; greater numbers for usage that was recorded later.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens; negative if corrections exceed the usage.</param>
/// <param name="CostUsd">The cost in US dollars, exact to six decimals; negative if corrections exceed the usage.</param>
/// <param name="CreatedAt">When the event was created.</param>
/// <param name="SentAt">When the event was first sent; null if it hasn't been sent yet.</param>
/// <param name="AcceptedAt">When Polar accepted the event; null if it hasn't yet.</param>
internal sealed record MeterEventResponse(
    string ExternalId,
    Guid UserId,
    string? Provider,
    DateTimeOffset Hour,
    int Number,
    long Requests,
    long TokensUsed,
    decimal CostUsd,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SentAt,
    DateTimeOffset? AcceptedAt) : IExample<MeterEventResponse>
{
    public static MeterEventResponse Example => new(
        "ctx-5f2b8c0e9a1d4e7f6b3a2c1d0e9f8a7b6c5d4e3f", ExampleValues.Id, "openai", new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero), 1, 1_250, 480_000, 3.75m,
        ExampleValues.Time, ExampleValues.Time, null);
}
