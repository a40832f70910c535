namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>An event that Polar refuses.</summary>
/// <param name="Event">The event.</param>
/// <param name="Error">Polar's explanation.</param>
internal sealed record MeterRefusal(MeterEvent Event, string Error);
