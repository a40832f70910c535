using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Changes to an account.</summary>
internal sealed record UpdateUserRequest : IRequestBody, IExample<UpdateUserRequest>
{
    /// <summary>Another tier: <c>free</c>, <c>pro</c>, <c>enterprise</c> or one that the operator named.</summary>
    [Tier]
    public string? SubscriptionTier { get; init; }

    /// <summary>False ends all sessions and refuses logins and API keys, true lets them in again.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Whether the mailbox counts as proved.</summary>
    public bool? IsVerified { get; init; }

    /// <summary>All the roles that the user has from now on; none for an empty list.</summary>
    [RoleNames]
    public string[]? Roles { get; init; }

    public static UpdateUserRequest Example => new() { SubscriptionTier = "enterprise", IsActive = true, Roles = [] };
}
