namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Which months of users a page contains.</summary>
/// <param name="Month">The first day of the month, in UTC; null for the current one.</param>
/// <param name="UserId">Only this user; null for all.</param>
/// <param name="Drift">True for users with drift only, false for users without it only; null for all.</param>
/// <param name="After">Users after this id; null for the first page.</param>
/// <param name="Limit">The maximum number of users.</param>
internal sealed record ReconciliationFilter(DateOnly? Month, Guid? UserId, bool? Drift, Guid? After, int Limit);
