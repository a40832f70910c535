namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>What a mailed token is for. Each has a prefix and a key of its own, so that none is ever taken for another.</summary>
/// <remarks>
/// Its text (<see cref="MailedTokenText"/>) is stored nowhere: its row knows whose it is and when it ends, and a dump of the database forges none.
/// </remarks>
/// <param name="Name">In <c>one_time_tokens.purpose</c>, and of its key.</param>
/// <param name="Prefix">How its texts begin.</param>
/// <param name="Lifetime">For how long it is good.</param>
internal sealed record TokenPurpose(string Name, string Prefix, TimeSpan Lifetime)
{
    public static readonly TokenPurpose VerifyEmail = new("verify_email", "cve_", TimeSpan.FromHours(24));
    public static readonly TokenPurpose ResetPassword = new("reset_password", "cpr_", TimeSpan.FromHours(1));
    public static readonly TokenPurpose ChangeEmail = new("change_email", "cce_", TimeSpan.FromHours(1));
    public static readonly TokenPurpose Invitation = new("invitation", "civ_", TimeSpan.FromDays(3));
}
