namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>A page of users.</summary>
/// <param name="Items">The users.</param>
/// <param name="Next">The position at which the next page starts; null on the last page.</param>
internal sealed record UserPage(IReadOnlyList<AdminUserResponse> Items, UserCursor? Next);
