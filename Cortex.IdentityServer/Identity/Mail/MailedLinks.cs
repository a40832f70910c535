namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The paths, relative to <c>PUBLIC_URL</c>, of the pages that links in emails open.</summary>
internal static class MailedLinks
{
    public const string VerifyEmail = "/verify-email";
    public const string ResetPassword = "/reset-password";
    public const string ChangeEmail = "/change-email";
    public const string Invitation = "/invitation";
}
