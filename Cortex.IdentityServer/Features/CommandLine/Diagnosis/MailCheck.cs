using Cortex.IdentityServer.Identity.Mail;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Connects to the mail server and logs in, but sends no email.</summary>
internal static class MailCheck
{
    public static async Task RunAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        var options = work.Get<MailOptions>();
        if (options.Smtp is not { } server)
        {
            if (options.PickupFolder is { } folder)
            {
                lines.Ok("mail", $"SMTP_URL isn't set, so emails become files in {folder}");
            }
            else if (!work.Settings.Errors().Any(error => error.StartsWith("SMTP_URL", StringComparison.Ordinal)))
            {
                lines.Warn("mail", "SMTP_URL isn't set, so no email is sent", "Set SMTP_URL and EMAIL_FROM");
            }

            return;
        }

        var found = await SmtpProbe.RunAsync(options, TimedCheck.Timeout, stop);
        if (found.Failure is { } reason)
        {
            lines.Fail(
                "mail", $"The mail server {server} can't be used: {reason}",
                "Check the address, user, and password in SMTP_URL, and that this machine may connect to the mail server");
        }
        else
        {
            lines.Ok(
                "mail",
                $"The mail server {server} {(server.User is null ? "accepts connections" : "accepts the login")}, "
                    + (found.IsEncrypted ? "with TLS" : "without TLS"));
        }
    }
}
