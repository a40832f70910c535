namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Some users, and where to go on.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">Null at the end.</param>
internal sealed record UserPage(IReadOnlyList<AdminUserResponse> Items, UserCursor? Next);
