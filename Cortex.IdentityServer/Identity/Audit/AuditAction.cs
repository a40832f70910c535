using System.Reflection;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>The actions of audit events, as stored in <c>audit_events.action</c> and shown to clients.</summary>
internal static class AuditAction
{
    public const string Registered = "user.registered";
    public const string Created = "user.created";
    public const string Imported = "user.imported";
    public const string Updated = "user.updated";
    public const string Unlocked = "user.unlocked";
    public const string QuotaChanged = "user.quota_changed";
    public const string AccountDeleted = "user.deleted";
    public const string AccountExported = "user.exported";

    public const string LoggedIn = "login.succeeded";
    public const string LoginFailed = "login.failed";
    public const string LoginLocked = "login.locked";
    public const string LoginBlocked = "login.blocked";
    public const string Reauthenticated = "session.reauthenticated";
    public const string SessionEnded = "session.ended";
    public const string RefreshTokenReused = "refresh_token.reused";

    public const string VerificationRequested = "email.verification_requested";
    public const string EmailVerified = "email.verified";
    public const string EmailChangeRequested = "email.change_requested";
    public const string EmailChanged = "email.changed";

    public const string PasswordChanged = "password.changed";
    public const string PasswordResetRequested = "password.reset_requested";
    public const string PasswordReset = "password.reset";

    public const string TwoFactorEnabled = "two_factor.enabled";
    public const string TwoFactorDisabled = "two_factor.disabled";
    public const string SecondFactorFailed = "two_factor.failed";
    public const string SecondFactorLocked = "two_factor.locked";
    public const string SecondFactorBlocked = "two_factor.blocked";
    public const string RecoveryCodesRenewed = "recovery_codes.renewed";
    public const string RecoveryCodeUsed = "recovery_code.used";

    public const string TwoFactorReset = "two_factor.reset";

    public const string PasskeyAdded = "passkey.added";
    public const string PasskeyRenamed = "passkey.renamed";
    public const string PasskeyRemoved = "passkey.removed";

    public const string ApiKeyCreated = "api_key.created";
    public const string ApiKeyChanged = "api_key.changed";
    public const string ApiKeyRotated = "api_key.rotated";
    public const string ApiKeyRevoked = "api_key.revoked";

    public const string UsageAdjusted = "usage.adjusted";

    public const string UsersImported = "users.imported";
    public const string UsersExported = "users.exported";
    public const string TierChanged = "billing.tier_changed";
    public const string BillingEventAssigned = "billing_event.assigned";
    public const string BillingEventReplayed = "billing_event.replayed";
    public const string UsageEventRetried = "usage_event.retried";
    public const string SigningKeysRotated = "signing_keys.rotated";

    /// <summary>All actions, in alphabetical order.</summary>
    public static IReadOnlyCollection<string> All { get; } =
        [.. typeof(AuditAction)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetValue(null)!)
            .Order(StringComparer.Ordinal)];
}
