namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The kinds of emails, as stored in <c>outbox_mails.kind</c>. Their texts are in <see cref="MailTexts"/>.</summary>
internal static class MailKind
{
    public const string VerifyEmail = "verify_email";
    public const string ResetPassword = "reset_password";
    public const string Invitation = "invitation";

    /// <summary>A link to set a new password, requested by support staff.</summary>
    public const string ResetPasswordByStaff = "reset_password_by_staff";

    public const string ConfirmNewEmail = "confirm_new_email";

    /// <summary>A registration with an address that already has an account.</summary>
    public const string AlreadyRegistered = "already_registered";

    public const string EmailChangeRequested = "email_change_requested";
    public const string EmailChanged = "email_changed";
    public const string PasswordChanged = "password_changed";
    public const string NewSignIn = "new_sign_in";
    /// <summary>Logins from unknown devices are blocked after too many wrong passwords.</summary>
    public const string LoginBlocked = "login_blocked";

    /// <summary>Second-factor codes from unknown devices are blocked after too many wrong ones, all sent with the right password.</summary>
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

    /// <summary>80% of a quota is used.</summary>
    public const string QuotaWarning = "quota_warning";

    /// <summary>All of a quota is used.</summary>
    public const string QuotaUsedUp = "quota_used_up";

    /// <summary>Billing has changed the subscription tier.</summary>
    public const string TierChanged = "tier_changed";

    public const string AccountDeleted = "account_deleted";
    public const string AccountDeletedByStaff = "account_deleted_by_staff";

    /// <summary>
    /// Requests for an email to an address. <see cref="IMailRequests"/> determines whether the address has an account and which email it receives.
    /// </summary>
    public static class Request
    {
        public const string Verification = "request_verification";
        public const string PasswordReset = "request_password_reset";

        /// <summary>A registration with an address that is already taken.</summary>
        public const string Registration = "request_registration";

        public static bool Contains(string kind) => kind is Verification or PasswordReset or Registration;
    }
}
