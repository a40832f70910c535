using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>A user as clients see it, with exactly these eight fields.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">The user's email, as entered at registration.</param>
/// <param name="SubscriptionTier">
/// The user's tier: <c>free</c>, <c>pro</c>, <c>enterprise</c>, or one that the operator configured or another program set.
/// </param>
/// <param name="IsActive">Whether the account is active.</param>
/// <param name="IsVerified">Whether the email was verified.</param>
/// <param name="TwoFactorEnabled">Whether logging in requires a second factor.</param>
/// <param name="CreatedAt">When the account was created.</param>
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
