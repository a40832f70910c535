namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The purpose of an emailed token. Each purpose has its own prefix and key, so a token for one purpose is never accepted for another.</summary>
/// <remarks>
/// The text of a token (<see cref="MailedTokenText"/>) is never stored. Its row contains only the user and the expiration time, so a dump of the database
/// doesn't allow anyone to forge tokens.
/// </remarks>
/// <param name="Name">The name in <c>one_time_tokens.purpose</c> and in the key derivation.</param>
/// <param name="Prefix">The prefix of its tokens.</param>
/// <param name="Lifetime">How long its tokens are valid.</param>
internal sealed record TokenPurpose(string Name, string Prefix, TimeSpan Lifetime)
{
    public static readonly TokenPurpose VerifyEmail = new("verify_email", "cve_", TimeSpan.FromHours(24));
    public static readonly TokenPurpose ResetPassword = new("reset_password", "cpr_", TimeSpan.FromHours(1));
    public static readonly TokenPurpose ChangeEmail = new("change_email", "cce_", TimeSpan.FromHours(1));
    public static readonly TokenPurpose Invitation = new("invitation", "civ_", TimeSpan.FromDays(3));
}
