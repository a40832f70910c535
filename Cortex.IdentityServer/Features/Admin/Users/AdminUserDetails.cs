using Cortex.IdentityServer.Features.Billing.Overview;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account, with the state that the staff needs to help its owner.</summary>
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
/// <param name="LockedUntil">The time until which logins are rejected after wrong passwords, at least from some addresses; null if they aren't.</param>
/// <param name="TwoFactorLockedUntil">The time until which the second step of a login is rejected after wrong codes; null if it isn't.</param>
/// <param name="Passkeys">The number of passkeys.</param>
/// <param name="ActiveSessions">The number of sessions that can be used.</param>
/// <param name="ActiveApiKeys">The number of API keys that can be used.</param>
/// <param name="LastLoginAt">When the user last logged in; null if that was more than a year ago.</param>
/// <param name="LoginBlocked">
/// Whether 100 wrong passwords in a row have blocked logins from addresses that the owner hasn't used. A password reset by email or an unlock lifts the block.
/// </param>
/// <param name="TwoFactorBlocked">
/// Whether 100 wrong codes in a row have blocked the second step of logins from addresses that the owner hasn't used. A password reset by email or an
/// unlock lifts the block.
/// </param>
/// <param name="Quota">The quota that an administrator set for the user, which overrides that of the tier; null without one.</param>
/// <param name="Subscription">The subscription that gives the user's tier, else the one last heard of; null without one.</param>
internal sealed record AdminUserDetails(
    Guid Id,
    string Email,
    string SubscriptionTier,
    bool IsActive,
    bool IsVerified,
    bool TwoFactorEnabled,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    IReadOnlyList<string> Roles,
    DateTimeOffset? LockedUntil,
    DateTimeOffset? TwoFactorLockedUntil,
    int Passkeys,
    int ActiveSessions,
    int ActiveApiKeys,
    DateTimeOffset? LastLoginAt,
    bool LoginBlocked,
    bool TwoFactorBlocked,
    UserQuotaBody? Quota,
    SubscriptionResponse? Subscription) : IExample<AdminUserDetails>
{
    public static AdminUserDetails Example => new(
        ExampleValues.Id, ExampleValues.Email, "pro", true, true, true, ExampleValues.Time, ExampleValues.Time, [], ExampleValues.Time.AddMinutes(15), null,
        1, 2, 1, ExampleValues.Time, false, false, null, SubscriptionResponse.Example);

    public static AdminUserDetails Of(ManagedAccount account, AccountStatus status, SubscriptionResponse? subscription) => new(
        account.Id,
        account.Email,
        account.SubscriptionTier,
        account.IsActive,
        account.IsVerified,
        account.TwoFactorEnabled,
        account.CreatedAt,
        account.UpdatedAt,
        account.Roles,
        status.LockedUntil,
        status.TwoFactorLockedUntil,
        status.Passkeys,
        status.ActiveSessions,
        status.ActiveApiKeys,
        status.LastLoginAt,
        status.LoginBlocked,
        status.TwoFactorBlocked,
        status.Quota is null ? null : UserQuotaBody.Of(QuotaLimits.FromJson(status.Quota)),
        subscription);
}
