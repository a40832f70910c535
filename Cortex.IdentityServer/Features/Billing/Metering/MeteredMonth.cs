namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>What a user has used in a month of UTC, and how much of that has reached Polar.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="UserEmail">The user's email.</param>
/// <param name="Month">The first day of the month.</param>
/// <param name="Used">The usage in the ledger's sums. It includes usage from before <c>POLAR_USAGE_EVENT</c> was set, which isn't in any of the others.</param>
/// <param name="Pending">Usage that isn't in an event yet, because its hour isn't over or was closed less than an hour ago.</param>
/// <param name="Created">The usage in events, whatever has become of them. Events are deleted after <c>USAGE_RETENTION_DAYS</c>.</param>
/// <param name="Sent">The part of <paramref name="Created"/> that was sent at least once, whether or not Polar answered.</param>
/// <param name="Accepted">The part of <paramref name="Created"/> that Polar has accepted.</param>
/// <param name="Parked">The part of <paramref name="Created"/> that Polar has refused and that waits for an administrator.</param>
internal sealed record MeteredMonth(
    Guid UserId, string UserEmail, DateOnly Month, MeterSums Used, MeterSums Pending, MeterSums Created, MeterSums Sent, MeterSums Accepted, MeterSums Parked)
{
    /// <summary>Usage that Polar hasn't accepted yet and that will be sent, or sent again.</summary>
    public MeterSums Waiting => Pending + Created - Accepted - Parked;

    /// <summary>The part of <see cref="Waiting"/> that was sent without an answer, so Polar may have it.</summary>
    public MeterSums Unanswered => Sent - Accepted - Parked;

    /// <summary>Whether some of the usage will never reach Polar by itself, or more has reached it than was used.</summary>
    public bool Differs => Used != Accepted + Waiting;
}
