namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Where a mail server is, and how to log in there.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">587 where the URL doesn't say, or 465 with <c>smtps</c>.</param>
/// <param name="IsTls">TLS from the first byte: with <c>smtps</c>, and on port 465, which speaks nothing else (RFC 8314).</param>
/// <param name="User">Null where there is nobody to log in.</param>
/// <param name="Password">The user's.</param>
internal sealed record SmtpAddress(string Host, int Port, bool IsTls, string? User, string? Password)
{
    private const int SubmissionPort = 587;
    private const int SubmissionsPort = 465;

    /// <summary>A password must not be printed by accident.</summary>
    public override string ToString() => $"{Host}:{Port}";

    public static SmtpAddress Of(Uri url)
    {
        var isTls = url.Scheme == "smtps" || url.Port == SubmissionsPort;
        var user = url.UserInfo.Split(':', 2);
        return new(
            url.IdnHost,
            url.Port > 0 ? url.Port : isTls ? SubmissionsPort : SubmissionPort,
            isTls,
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null);
    }
}
