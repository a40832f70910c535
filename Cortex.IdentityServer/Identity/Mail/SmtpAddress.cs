namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The address of the mail server, and the credentials for it.</summary>
/// <param name="Host">The host name.</param>
/// <param name="Port">The port: 587 by default, or 465 with <c>smtps</c>.</param>
/// <param name="IsTls">Whether the connection uses implicit TLS: with <c>smtps</c>, and on port 465, which supports nothing else (RFC 8314).</param>
/// <param name="User">The user name, or null if the server requires no authentication.</param>
/// <param name="Password">The user's password.</param>
internal sealed record SmtpAddress(string Host, int Port, bool IsTls, string? User, string? Password)
{
    private const int SubmissionPort = 587;
    private const int SubmissionsPort = 465;

    /// <summary>Omits the credentials, so they are never logged by accident.</summary>
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
