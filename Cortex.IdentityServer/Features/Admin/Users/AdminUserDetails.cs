using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account, with what the staff needs to know to help its owner.</summary>
/// <param name="Id">The user's id, which never changes.</param>
/// <param name="Email">As it was typed.</param>
/// <param name="SubscriptionTier"><c>free</c>, <c>pro</c>, <c>enterprise</c>, or another that the operator or another program chose.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="UpdatedAt">When the account last changed.</param>
/// <param name="Roles">What the user may do beyond their own account.</param>
/// <param name="LockedUntil">Until when logins have to wait after wrong passwords, at least from some addresses; null if they don't.</param>
/// <param name="TwoFactorLockedUntil">Until when the second step of a login has to wait after wrong codes; null if it doesn't.</param>
/// <param name="Passkeys">How many there are.</param>
/// <param name="ActiveSessions">How many can be used.</param>
/// <param name="ActiveApiKeys">How many can be used.</param>
/// <param name="LastLoginAt">When the user last logged in; null if that is over a year ago.</param>
/// <param name="LoginBlocked">Whether, after 100 wrong passwords in a row, only a reset by mail, an unlock or an address that the owner used lets in.</param>
/// <param name="TwoFactorBlocked">The same after 100 wrong codes in a row.</param>
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
    bool TwoFactorBlocked) : IExample<AdminUserDetails>
{
    public static AdminUserDetails Example => new(
        ExampleValues.Id, ExampleValues.Email, "pro", true, true, true, ExampleValues.Time, ExampleValues.Time, [], ExampleValues.Time.AddMinutes(15), null,
        1, 2, 1, ExampleValues.Time, false, false);

    public static AdminUserDetails Of(ManagedAccount account, AccountCondition condition) => new(
        account.Id,
        account.Email,
        account.SubscriptionTier,
        account.IsActive,
        account.IsVerified,
        account.TwoFactorEnabled,
        account.CreatedAt,
        account.UpdatedAt,
        account.Roles,
        condition.LockedUntil,
        condition.TwoFactorLockedUntil,
        condition.Passkeys,
        condition.ActiveSessions,
        condition.ActiveApiKeys,
        condition.LastLoginAt,
        condition.LoginBlocked,
        condition.TwoFactorBlocked);
}
