namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>What a user has used in a month of UTC, and how much of that has reached Polar.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="Month">The first day of the month.</param>
/// <param name="Used">The usage in the ledger's sums. It includes usage from before <c>POLAR_USAGE_EVENT</c> was set, which isn't in any of the others.</param>
/// <param name="Pending">Usage that isn't in an event yet, because its hour isn't over or was closed less than an hour ago.</param>
/// <param name="Created">The usage in events, whatever has become of them. Events are deleted after <c>USAGE_RETENTION_DAYS</c>.</param>
/// <param name="Sent">The part of <paramref name="Created"/> that was sent at least once, whether or not Polar answered.</param>
/// <param name="Accepted">The part of <paramref name="Created"/> that Polar has accepted.</param>
/// <param name="Parked">The part of <paramref name="Created"/> that Polar has refused and that waits for an administrator.</param>
internal sealed record MeteredMonth(
    Guid UserId, DateOnly Month, MeterSums Used, MeterSums Pending, MeterSums Created, MeterSums Sent, MeterSums Accepted, MeterSums Parked);
