namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>How much usage waits to be accepted by Polar.</summary>
/// <param name="Unsent">The number of events that will be sent, or sent again.</param>
/// <param name="OldestUnsent">When the first of them was created; null if there are none.</param>
/// <param name="Parked">The number of events that Polar has refused and that wait for an administrator.</param>
/// <param name="UnsentTooLate">The part of <paramref name="Unsent"/> that is about to miss its billing period, or has missed it.</param>
/// <param name="ParkedTooLate">The same part of <paramref name="Parked"/>.</param>
/// <param name="OldestTooLate">When the first event was created that is counted in one of these parts; null if there are none.</param>
internal sealed record MeterNumbers(
    long Unsent, DateTimeOffset? OldestUnsent, long Parked, long UnsentTooLate, long ParkedTooLate, DateTimeOffset? OldestTooLate)
{
    public static readonly MeterNumbers None = new(0, null, 0, 0, 0, null);
}
