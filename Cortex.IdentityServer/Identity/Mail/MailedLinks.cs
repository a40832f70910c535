namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The pages that links in mails open, below <c>PUBLIC_URL</c>.</summary>
internal static class MailedLinks
{
    public const string VerifyEmail = "/verify-email";
    public const string ResetPassword = "/reset-password";
    public const string ChangeEmail = "/change-email";
    public const string Invitation = "/invitation";
}
