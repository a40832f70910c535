using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>A user as clients see them: these eight fields and no more.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">As it was typed at registration.</param>
/// <param name="SubscriptionTier"><c>free</c>, <c>pro</c> or <c>enterprise</c>.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="UpdatedAt">When the account last changed.</param>
internal sealed record UserResponse(
    Guid Id,
    string Email,
    string SubscriptionTier,
    bool IsActive,
    bool IsVerified,
    bool TwoFactorEnabled,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt) : IExample<UserResponse>
{
    public static UserResponse Example => new(
        ExampleValues.Id, ExampleValues.Email, User.FreeTier, true, false, false, ExampleValues.Time, ExampleValues.Time);

    public static UserResponse Of(User user) => new(
        user.Id,
        user.Email!,
        user.SubscriptionTier ?? User.FreeTier,
        user.IsActive ?? true,
        user.IsVerified ?? false,
        user.HasTwoFactor ?? false,
        user.CreatedAt,
        user.UpdatedAt);
}
