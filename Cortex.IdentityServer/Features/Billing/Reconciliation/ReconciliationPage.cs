using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>A page of users with what they have used in a month and what of that has reached Polar.</summary>
/// <param name="Month">The month in UTC, such as <c>2026-11</c>.</param>
/// <param name="Complete">
/// False if the month is older than <c>USAGE_RETENTION_DAYS</c>: events of it may have been deleted, so <c>sent</c> and <c>accepted</c> can be too small.
/// </param>
/// <param name="Polar">
/// Why <c>meters</c> is null: <c>api_off</c> without <c>POLAR_ACCESS_TOKEN</c>, <c>usage_off</c> without <c>POLAR_USAGE_EVENT</c>, <c>refused</c>, or the
/// same words as in <c>last_failure</c> of <c>/admin/billing</c>; null if Polar has said everything.
/// </param>
/// <param name="Items">The users, in the order of their ids. With the filter <c>drift</c>, a page can be empty without being the last one.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record ReconciliationPage(string Month, bool Complete, string? Polar, IReadOnlyList<ReconciledMonth> Items, string? NextCursor)
    : IExample<ReconciliationPage>
{
    public static ReconciliationPage Example => new("2026-11", Complete: true, null, [ReconciledMonth.Example], null);
}
