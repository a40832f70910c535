namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>A page of users.</summary>
/// <param name="Items">The users.</param>
/// <param name="NextCursor">For the next page; null at the end.</param>
internal sealed record UserPageResponse(IReadOnlyList<AdminUserResponse> Items, string? NextCursor);
