using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account as administrators see it.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">The email address as it was entered.</param>
/// <param name="SubscriptionTier">
/// The subscription tier: <c>free</c>, <c>pro</c>, <c>enterprise</c>, or another tier that the operator configured or another program set.
/// </param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the email address is verified.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was created.</param>
/// <param name="UpdatedAt">When the account last changed.</param>
/// <param name="Roles">The user's roles.</param>
internal sealed record AdminUserResponse(
    Guid Id, string Email, string SubscriptionTier, bool IsActive, bool IsVerified, bool TwoFactorEnabled, DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt, IReadOnlyList<string> Roles) : IExample<AdminUserResponse>
{
    public static AdminUserResponse Example => new(
        ExampleValues.Id, ExampleValues.Email, User.FreeTier, true, true, true, ExampleValues.Time, ExampleValues.Time, [Role.Support]);
}
