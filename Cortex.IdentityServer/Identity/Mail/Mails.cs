using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Every mail that the server sends, in words.</summary>
internal static class Mails
{
    private const string NotYou = "If this wasn't you, set a new password right away, and end the sessions and API keys that you don't recognize.";

    private const int Guesses = FailedAttempts.MostInARow;

    private const string NotAsked = "If you didn't expect this, contact us.";

    /// <summary>What the token in a mail's link is for.</summary>
    public static TokenPurpose PurposeOf(string kind) => kind switch
    {
        MailKind.VerifyEmail => TokenPurpose.VerifyEmail,
        MailKind.ResetPassword or MailKind.ResetPasswordByStaff or MailKind.AlreadyRegistered => TokenPurpose.ResetPassword,
        MailKind.ConfirmNewEmail => TokenPurpose.ChangeEmail,
        MailKind.Invitation => TokenPurpose.Invitation,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "has no link"),
    };

    /// <param name="mail">What it is about.</param>
    /// <param name="token">For its link, if it has one.</param>
    /// <param name="options">Where links begin.</param>
    public static MailContent Of(OutboxMail mail, string token, MailOptions options)
    {
        var details = JsonSerializer.Deserialize(mail.Details, MailJson.Default.DictionaryStringString)!;
        return mail.Kind switch
        {
            MailKind.VerifyEmail => new(
                "Confirm your email address",
                ["An account at Cortex Memory was created with this address. Confirm that it is yours; the link is valid for 24 hours."],
                Link("Confirm this address", MailedLinks.VerifyEmail),
                Closing: "If you didn't create this account, don't confirm it. Somebody entered your address, perhaps by mistake; you don't have to "
                    + "do anything."),
            MailKind.ResetPassword => new(
                "Set a new password",
                ["Somebody, probably you, asked to set a new password for your account at Cortex Memory. The link is valid for one hour and works once."],
                Link("Set a new password", MailedLinks.ResetPassword),
                Closing: "If you didn't ask for this, ignore this email: your password stays as it is."),
            MailKind.ResetPasswordByStaff => new(
                "Set a new password",
                ["Our support team has sent you this link to set a new password for your account at Cortex Memory. It is valid for one hour and works once."],
                Link("Set a new password", MailedLinks.ResetPassword),
                Closing: "If you don't want a new password, ignore this email: yours stays as it is."),
            MailKind.AlreadyRegistered => new(
                "You already have an account",
                [
                    "Somebody, perhaps you, tried to create an account at Cortex Memory with this address. There already is one, so nothing was created.",
                    "If you know its password, log in. If you don't, or if somebody else made it with your address, set a new password; the link is valid "
                        + "for one hour and works once.",
                ],
                Link("Set a new password", MailedLinks.ResetPassword),
                Closing: "If it wasn't you, ignore this email: nothing has changed."),
            MailKind.Invitation => new(
                "You are invited to Cortex Memory",
                ["An account at Cortex Memory was created for you. Choose a password to use it; the link is valid for three days and works once."],
                Link("Choose a password", MailedLinks.Invitation),
                Closing: "If you don't know why you received this email, ignore it."),
            MailKind.ConfirmNewEmail => new(
                "Confirm your new email address",
                ["Somebody, probably you, wants to use this address for an account at Cortex Memory. Confirm it; the link is valid for one hour. Until then "
                    + "nothing changes."],
                Link("Use this address", MailedLinks.ChangeEmail),
                Closing: "If it wasn't you, ignore this email."),
            MailKind.EmailChangeRequested => Notice(
                "Your email address is about to change",
                "Somebody who knows your password asked to move your account to another email address. This one stays until the new one is confirmed."),
            MailKind.EmailChanged => Notice(
                "Your email address was changed", "Your account now has another email address. This is the last email to this one.",
                "If this wasn't you, contact us right away: whoever did it knows your password."),
            MailKind.PasswordChanged => Notice("Your password was changed", "The password of your account was changed, and other sessions were ended."),
            MailKind.NewSignIn =>
                Notice("New sign-in to your account", "Somebody logged in to your account from a device that we haven't seen with it before."),
            MailKind.LoginBlocked => Notice(
                "Somebody is trying to guess your password",
                $"Somebody entered {Guesses} wrong passwords in a row for your account, so we accept no password from devices that we don't know. At places "
                    + "where you logged in within the "
                + "last 30 days nothing changes for you. To log in anywhere else, use \"Forgot password\" to set a new one.",
                "If this wasn't you, you don't have to do anything: nobody got in. A password that you use nowhere else is the best protection."),
            MailKind.SecondFactorBlocked => Notice(
                "Somebody knows your password",
                $"Somebody logged in to your account with the right password and then entered {Guesses} wrong codes in a row, so we accept no code from "
                    + "devices that we don't know. At places where you "
                + "logged in within the last 30 days nothing changes for you. To log in anywhere else, use \"Forgot password\" to set a new one."),
            MailKind.RefreshTokenReused => Notice(
                "A session was ended for safety",
                "A refresh token of your account was used a second time. Somebody may have a copy of it, so we ended that session. Log in again where "
                    + "you need to."),
            MailKind.TwoFactorEnabled => Notice("Two-factor authentication is on", "Logging in to your account now takes a code from your authenticator app."),
            MailKind.TwoFactorDisabled => Notice("Two-factor authentication is off", "Logging in to your account takes only the password from now on."),
            MailKind.TwoFactorReset => Notice(
                "Your second factor was removed",
                "Our support team removed the authenticator app, the recovery codes and the passkeys of your account and ended its sessions. Logging in "
                    + "takes only the password until you set them up again.",
                NotAsked),
            MailKind.RecoveryCodesRenewed =>
                Notice("You have new recovery codes", "New recovery codes were made for your account. The old ones don't work any more."),
            MailKind.RecoveryCodeUsed =>
                Notice("A recovery code was used", "One of your recovery codes was used in place of a code from your authenticator app. It won't work again."),
            MailKind.PasskeyAdded => Notice("A passkey was added", "A new passkey can now be used to log in to your account."),
            MailKind.PasskeyRemoved => Notice("A passkey was removed", "One of the passkeys of your account doesn't work any more."),
            MailKind.ApiKeyCreated => Notice("An API key was created", "A new API key can act for your account."),
            MailKind.AccountDeleted => Notice(
                "Your account was deleted",
                "Your account at Cortex Memory, with its sessions, API keys and everything that belonged to it, was deleted. This is our last email.",
                "If this wasn't you, contact us: whoever did it knew your password."),
            MailKind.AccountDeletedByStaff => Notice(
                "Your account was deleted",
                "An administrator deleted your account at Cortex Memory, with its sessions, API keys and everything that belonged to it. This is our "
                    + "last email.",
                NotAsked),
            _ => throw new ArgumentOutOfRangeException(nameof(mail), mail.Kind, "no such mail"),
        };

        (string, string) Link(string label, string page) => (label, $"{options.PublicUrl}{page}?token={token}");

        MailContent Notice(string subject, string what, string closing = NotYou) => new(subject, [what], Facts: Facts(mail, details), Closing: closing);
    }

    private static List<(string, string)> Facts(OutboxMail mail, Dictionary<string, string> details)
    {
        List<(string, string)> facts = [("When", mail.CreatedAt.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture))];
        if (details.TryGetValue("ip", out var ip))
        {
            facts.Add(("IP address", ip));
        }

        if (details.TryGetValue("user_agent", out var agent))
        {
            facts.Add(("Program", ProgramName.Of(agent)));
        }

        return facts;
    }
}
