namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>What a mail is about. Its text is in <see cref="Mails"/>; the names stand in <c>outbox_mails.kind</c>.</summary>
internal static class MailKind
{
    public const string VerifyEmail = "verify_email";
    public const string ResetPassword = "reset_password";
    public const string Invitation = "invitation";

    /// <summary>A link to set a new password that somebody of the staff had sent.</summary>
    public const string ResetPasswordByStaff = "reset_password_by_staff";

    public const string ConfirmNewEmail = "confirm_new_email";

    /// <summary>Somebody registered with an address that has an account.</summary>
    public const string AlreadyRegistered = "already_registered";

    public const string EmailChangeRequested = "email_change_requested";
    public const string EmailChanged = "email_changed";
    public const string PasswordChanged = "password_changed";
    public const string NewSignIn = "new_sign_in";
    /// <summary>Strangers tried so many wrong passwords that they may try none any more.</summary>
    public const string LoginBlocked = "login_blocked";

    /// <summary>The same with codes of the second factor, and so with the right password.</summary>
    public const string SecondFactorBlocked = "second_factor_blocked";

    public const string RefreshTokenReused = "refresh_token_reused";
    public const string TwoFactorEnabled = "two_factor_enabled";
    public const string TwoFactorDisabled = "two_factor_disabled";
    public const string TwoFactorReset = "two_factor_reset";
    public const string RecoveryCodesRenewed = "recovery_codes_renewed";
    public const string RecoveryCodeUsed = "recovery_code_used";
    public const string PasskeyAdded = "passkey_added";
    public const string PasskeyRemoved = "passkey_removed";
    public const string ApiKeyCreated = "api_key_created";
    public const string AccountDeleted = "account_deleted";
    public const string AccountDeletedByStaff = "account_deleted_by_staff";

    /// <summary>Not a mail yet: somebody asked for one at an address, and <see cref="IMailRequests"/> finds out whether it has an account.</summary>
    public static class Request
    {
        public const string Verification = "request_verification";
        public const string PasswordReset = "request_password_reset";

        /// <summary>A registration of an address that is taken.</summary>
        public const string Registration = "request_registration";

        public static bool Is(string kind) => kind is Verification or PasswordReset or Registration;
    }
}
