using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>An event with usage that Polar hasn't accepted.</summary>
/// <param name="ExternalId">The id of the event, by which it can be sent again.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="UserEmail">The user's email.</param>
/// <param name="Provider">The provider; null if there is none.</param>
/// <param name="Hour">The start of the hour.</param>
/// <param name="Number">1 for the first event of the user, hour, and provider; greater numbers for usage that was recorded later.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens; negative if corrections exceed the usage.</param>
/// <param name="CostUsd">The cost in US dollars, exact to six decimals; negative if corrections exceed the usage.</param>
/// <param name="State"><c>refused</c> if Polar has refused the event, so that it isn't sent anymore; <c>waiting</c> if it will be sent, or sent again.</param>
/// <param name="Error">Why Polar refused the event; null if it didn't.</param>
/// <param name="CreatedAt">When the event was created.</param>
/// <param name="SentAt">When the event was first sent; null if it hasn't been sent yet.</param>
/// <param name="RefusedAt">When Polar refused the event; null if it didn't.</param>
internal sealed record UnacceptedEventResponse(
    string ExternalId,
    Guid UserId,
    string UserEmail,
    string? Provider,
    DateTimeOffset Hour,
    int Number,
    long Requests,
    long TokensUsed,
    decimal CostUsd,
    string State,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SentAt,
    DateTimeOffset? RefusedAt) : IExample<UnacceptedEventResponse>
{
    public static UnacceptedEventResponse Example => new(
        MeterEventResponse.Example.ExternalId, ExampleValues.Id, ExampleValues.Email, "openai", MeterEventResponse.Example.Hour, 1, 1_250, 480_000, 3.75m,
        UnacceptedState.Refused, "422 RequestValidationError: name: String should have at most 128 characters", ExampleValues.Time, ExampleValues.Time,
        ExampleValues.Time);
}
