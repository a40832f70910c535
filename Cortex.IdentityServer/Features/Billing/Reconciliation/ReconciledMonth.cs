using System.Globalization;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>What a user has used in a month, and how much of that has reached Polar.</summary>
/// <param name="UserId">The id of the user.</param>
/// <param name="UserEmail">The user's email.</param>
/// <param name="Month">The month in UTC, such as <c>2026-11</c>.</param>
/// <param name="Used">The usage in the ledger.</param>
/// <param name="Sent">The usage in events that were sent at least once, including those that are accepted or parked.</param>
/// <param name="Accepted">The usage in events that Polar has accepted.</param>
/// <param name="Pending">Usage that Polar hasn't accepted yet and that will be sent, or sent again. It includes hours that aren't over.</param>
/// <param name="Parked">The usage in events that Polar has refused, and that aren't sent unless an administrator sends them again.</param>
/// <param name="Meters">What Polar's meters have counted; null if Polar didn't say.</param>
/// <param name="Drift">
/// Whether <c>used</c> isn't the sum of <c>accepted</c> and <c>pending</c>, or a meter that counts one of these sums has counted something other than
/// <c>accepted</c>.
/// </param>
internal sealed record ReconciledMonth(
    Guid UserId,
    string UserEmail,
    string Month,
    ReconciledSums Used,
    ReconciledSums Sent,
    ReconciledSums Accepted,
    ReconciledSums Pending,
    ReconciledSums Parked,
    IReadOnlyList<ReconciledMeter>? Meters,
    bool Drift) : IExample<ReconciledMonth>
{
    public static ReconciledMonth Example => new(
        ExampleValues.Id, ExampleValues.Email, "2026-11", new(1_250, 480_000, 3.75m), new(1_200, 460_000, 3.6m), new(1_200, 460_000, 3.6m),
        new(50, 20_000, 0.15m), new(0, 0, 0),
        [new("0b1f4c55-3f0e-4b0a-9a3e-5d8a7f2c6e01", "Tokens", 460_000, MeterMetric.TokensUsed)], Drift: false);

    /// <param name="month">The figures of this server.</param>
    /// <param name="meters">What Polar's meters have counted; null if Polar didn't say.</param>
    public static ReconciledMonth Of(MeteredMonth month, IReadOnlyList<ReconciledMeter>? meters) => new(
        month.UserId,
        month.UserEmail,
        TextOf(month.Month),
        ReconciledSums.Of(month.Used),
        ReconciledSums.Of(month.Sent),
        ReconciledSums.Of(month.Accepted),
        ReconciledSums.Of(month.Waiting),
        ReconciledSums.Of(month.Parked),
        meters,
        month.Differs || meters?.Any(meter => MeterMetric.Differs(meter, month)) == true);

    public static string TextOf(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
