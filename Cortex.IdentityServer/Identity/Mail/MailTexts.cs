using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The text of every email that the server sends.</summary>
internal static class MailTexts
{
    private const string NotYouClosing =
        "If this wasn't you, set a new password right away. Then end any sessions and revoke any API keys that you don't recognize.";

    private const int MaxGuesses = FailedAttempts.MaxConsecutive;

    private const string KnownDevicesHint =
        "You can still log in as usual wherever you logged in during the last 30 days. To log in anywhere else, use \"Forgot password\" to set a new password.";

    private const string NotExpectedClosing = "If you didn't expect this, contact us.";

    /// <summary>Returns the purpose of the token in an email's link.</summary>
    public static TokenPurpose PurposeOf(string kind) => kind switch
    {
        MailKind.VerifyEmail => TokenPurpose.VerifyEmail,
        MailKind.ResetPassword or MailKind.ResetPasswordByStaff or MailKind.AlreadyRegistered => TokenPurpose.ResetPassword,
        MailKind.ConfirmNewEmail => TokenPurpose.ChangeEmail,
        MailKind.Invitation => TokenPurpose.Invitation,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind of email has no link."),
    };

    /// <param name="mail">The email to write.</param>
    /// <param name="token">The token in the email's link, if it has one.</param>
    /// <param name="options">The settings, which contain the base URL of links.</param>
    public static MailContent Of(OutboxMail mail, string token, MailOptions options)
    {
        var details = JsonSerializer.Deserialize(mail.Details, MailJson.Default.DictionaryStringString)!;
        return mail.Kind switch
        {
            MailKind.VerifyEmail => new(
                "Confirm your email address",
                ["Someone created a Cortex Memory account with this email address. Confirm that it is yours. The link is valid for 24 hours."],
                Link("Confirm this address", MailedLinks.VerifyEmail),
                Closing: "If you didn't create this account, don't confirm the address. Someone may have entered it by mistake, and you don't need to do "
                    + "anything."),
            MailKind.ResetPassword => new(
                "Set a new password",
                ["Someone requested a password reset for your Cortex Memory account. The link is valid for one hour and works once."],
                Link("Set a new password", MailedLinks.ResetPassword),
                Closing: "If you didn't request this, ignore this email. Your password stays the same."),
            MailKind.ResetPasswordByStaff => new(
                "Set a new password",
                ["Our support team sent you this link to set a new password for your Cortex Memory account. It is valid for one hour and works once."],
                Link("Set a new password", MailedLinks.ResetPassword),
                Closing: "If you don't want to change your password, ignore this email. Your password stays the same."),
            MailKind.AlreadyRegistered => new(
                "You already have an account",
                [
                    "Someone tried to create a Cortex Memory account with this email address. You already have one, so no new account was created.",
                    "If you know your password, log in as usual. If you don't, or if someone else created the account, set a new password. The link is "
                        + "valid for one hour and works once.",
                ],
                Link("Set a new password", MailedLinks.ResetPassword),
                Closing: "If this wasn't you, ignore this email. Nothing has changed."),
            MailKind.Invitation => new(
                "You've been invited to Cortex Memory",
                ["A Cortex Memory account was created for you. Choose a password to start using it. The link is valid for three days and works once."],
                Link("Choose a password", MailedLinks.Invitation),
                Closing: "If you weren't expecting this email, ignore it."),
            MailKind.ConfirmNewEmail => new(
                "Confirm your new email address",
                ["Someone asked to use this email address for a Cortex Memory account. Confirm the change if it was you. The link is valid for one hour, "
                    + "and nothing changes until you use it."],
                Link("Use this address", MailedLinks.ChangeEmail),
                Closing: "If you didn't request this, ignore this email."),
            MailKind.EmailChangeRequested => Notice(
                "Your email address is about to change",
                "Someone who knows your password asked to change your account's email address. The current address stays in effect until the new one is "
                    + "confirmed."),
            MailKind.EmailChanged => Notice(
                "Your email address was changed",
                "Your account now uses a different email address. This is the last email that we will send to this one.",
                "If this wasn't you, contact us right away, because someone else knows your password."),
            MailKind.PasswordChanged => Notice("Your password was changed", "The password of your account was changed, and other sessions were ended."),
            MailKind.NewSignIn =>
                Notice("New login to your account", "Someone logged in to your account from a device that hasn't been used with it before."),
            MailKind.LoginBlocked => Notice(
                "Someone is trying to guess your password",
                $"Someone entered {MaxGuesses} wrong passwords in a row for your account, so we no longer accept passwords from unknown devices. "
                    + KnownDevicesHint,
                "If this wasn't you, you don't need to do anything: nobody got into your account. The best protection is a password that you don't use "
                    + "anywhere else."),
            MailKind.SecondFactorBlocked => Notice(
                "Someone knows your password",
                $"Someone logged in to your account with the right password and then entered {MaxGuesses} wrong codes in a row, so we no longer accept codes "
                    + $"from unknown devices. {KnownDevicesHint}"),
            MailKind.RefreshTokenReused => Notice(
                "A session was ended for your security",
                "A session token for your account was used twice, so someone may have copied it. We ended that session to be safe. Log in again on that "
                  + "device."),
            MailKind.TwoFactorEnabled => Notice(
                "Two-factor authentication is on", "Logging in to your account now requires a code from your authenticator app."),
            MailKind.TwoFactorDisabled => Notice("Two-factor authentication is off", "Logging in to your account now requires only your password."),
            MailKind.TwoFactorReset => Notice(
                "Your second factor was removed",
                "Our support team removed the authenticator app, the recovery codes, and the passkeys from your account and ended its sessions. Logging in "
                    + "requires only your password until you set them up again.",
                NotExpectedClosing),
            MailKind.RecoveryCodesRenewed =>
                Notice("You have new recovery codes", "New recovery codes were created for your account. The old ones no longer work."),
            MailKind.RecoveryCodeUsed => Notice(
                "A recovery code was used",
                "One of your recovery codes was used instead of a code from your authenticator app. It can't be used again."),
            MailKind.PasskeyAdded => Notice("A passkey was added", "A new passkey was added to your account and can now be used to log in."),
            MailKind.PasskeyRemoved => Notice("A passkey was removed", "One of your account's passkeys was removed and can no longer be used to log in."),
            MailKind.ApiKeyCreated => Notice("An API key was created", "A new API key was created for your account. It can act on your behalf."),
            MailKind.QuotaWarning => Notice(
                "You have used 80% of a quota", QuotaTexts.Warning(details), "If this wasn't you, revoke any API keys that you don't recognize."),
            MailKind.QuotaUsedUp => Notice(
                "You have used up a quota", QuotaTexts.UsedUp(details), "If this wasn't you, revoke any API keys that you don't recognize."),
            MailKind.TierChanged => Notice(
                "Your plan has changed",
                $"Your Cortex Memory plan has changed from {details.GetValueOrDefault("before", "")} to {details.GetValueOrDefault("after", "")}. The limits "
                    + "of the new plan apply from now on.",
                "If you didn't expect this, check your subscription, or contact us."),
            MailKind.AccountDeleted => Notice(
                "Your account was deleted",
                "Your Cortex Memory account was deleted, along with its sessions, API keys, and all other data. This is the last email that we will send you.",
                "If this wasn't you, contact us, because someone else knew your password."),
            MailKind.AccountDeletedByStaff => Notice(
                "Your account was deleted",
                "An administrator deleted your Cortex Memory account, along with its sessions, API keys, and all other data. This is the last email that we "
                    + "will send you.",
                NotExpectedClosing),
            _ => throw new ArgumentOutOfRangeException(nameof(mail), mail.Kind, "This kind of email has no text."),
        };

        (string, string) Link(string label, string page) => (label, $"{options.PublicUrl}{page}?token={token}");

        MailContent Notice(string subject, string what, string closing = NotYouClosing) => new(subject, [what], Facts: Facts(mail, details), Closing: closing);
    }

    private static List<(string, string)> Facts(OutboxMail mail, Dictionary<string, string> details)
    {
        List<(string, string)> facts = [("When", mail.CreatedAt.UtcDateTime.ToString("MMMM d, yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture))];
        if (details.TryGetValue("ip", out var ip))
        {
            facts.Add(("IP address", ip));
        }

        if (details.TryGetValue("user_agent", out var agent))
        {
            facts.Add(("Browser or app", DeviceName.Of(agent) ?? "an unknown app"));
        }

        return facts;
    }
}
