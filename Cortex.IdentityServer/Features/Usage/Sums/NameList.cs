namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>The endpoints or the providers that the sums of one user and month list by name.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="Month">The first day of the month, in UTC.</param>
/// <param name="Kind">What the names stand for.</param>
internal sealed record NameList(Guid UserId, DateOnly Month, NameKind Kind);
