using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>A page of users.</summary>
/// <param name="Items">The users.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record UserPageResponse(IReadOnlyList<AdminUserResponse> Items, string? NextCursor) : IExample<UserPageResponse>
{
    public static UserPageResponse Example => new([AdminUserResponse.Example], null);
}
