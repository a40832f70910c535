namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The reasons for which a session ends before it expires.</summary>
internal static class SessionEnd
{
    public const string Logout = "logout";
    public const string LogoutAll = "logout_all";
    public const string EndedByUser = "ended_by_user";
    public const string PasswordChanged = "password_changed";
    public const string PasswordReset = "password_reset";
    public const string EmailChanged = "email_changed";
    public const string TwoFactorChanged = "two_factor_changed";
    public const string PasskeysChanged = "passkeys_changed";
    public const string EndedByAdministrator = "ended_by_administrator";
    public const string AccountDisabled = "account_disabled";
    public const string RefreshTokenReused = "refresh_token_reused";

    /// <summary>The session was ended to make room for a newer one.</summary>
    public const string Limit = "limit";
}
