using System.Net;
using Cortex.IdentityServer.Foundation.Configuration;
using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The settings for sending emails, and for the links in them.</summary>
/// <param name="Smtp">The mail server (<c>SMTP_URL</c>), or null if it isn't set.</param>
/// <param name="PickupFolder">The folder to which emails are written as files outside Production if no mail server is set; otherwise null.</param>
/// <param name="From">The sender of every email (<c>EMAIL_FROM</c>).</param>
/// <param name="PublicUrl">The base URL of every link (<c>PUBLIC_URL</c>), in ASCII and without a trailing slash.</param>
/// <param name="ClientName">The name that this server sends in EHLO: a fully qualified host name or an IP address.</param>
internal sealed record MailOptions(SmtpAddress? Smtp, string? PickupFolder, MailboxAddress From, string PublicUrl, string ClientName)
{
    /// <summary>Whether emails are sent. In Production without a mail server, they wait in the outbox.</summary>
    public bool CanSend => Smtp is not null || PickupFolder is not null;

    public static MailOptions Read(SettingsReader settings, Uri publicUrl)
    {
        var smtp = settings.ReadUrl("SMTP_URL", "smtp://user:password@host:587 or smtps://…", "smtp", "smtps");
        if (smtp is not null && (smtp.AbsolutePath is not ("" or "/") || smtp.Query.Length > 0 || smtp.Fragment.Length > 0))
        {
            settings.AddError("SMTP_URL", "must end after the host or the port");
        }
        else if (smtp is not null && smtp.UserInfo.StartsWith(':'))
        {
            settings.AddError("SMTP_URL", "must name a user before the password");
        }

        var from = settings.ReadText("EMAIL_FROM");
        MailboxAddress? sender = null;
        if (from is not null && (!MailboxAddress.TryParse(from, out sender) || !sender.Address.Contains('@', StringComparison.Ordinal)))
        {
            settings.AddError("EMAIL_FROM", "must be an email address, with or without a name");
        }
        else if (smtp is not null && from is null)
        {
            settings.AddError("EMAIL_FROM", "must be set to the sender's address when SMTP_URL is set");
        }

        return new(
            smtp is null ? null : SmtpAddress.Of(smtp),
            smtp is null && !settings.IsProduction ? Path.Combine(LocalFolder.Locate(settings), "mail") : null,
            sender ?? new MailboxAddress(Product.Name, $"no-reply@{(publicUrl.HostNameType == UriHostNameType.Dns ? publicUrl.IdnHost : "localhost")}"),
            new UriBuilder(publicUrl) { Host = publicUrl.IdnHost }.Uri.AbsoluteUri.TrimEnd('/'),
            ClientNameOf(publicUrl));
    }

    /// <summary>
    /// RFC 5321, section 4.1.4, requires a fully qualified host name or an address, and strict mail servers reject the bare name of a container. If
    /// <c>PUBLIC_URL</c> has no fully qualified name either, this is a developer's machine.
    /// </summary>
    private static string ClientNameOf(Uri publicUrl) =>
        publicUrl.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || publicUrl.IdnHost.Trim('.').Contains('.', StringComparison.Ordinal)
            ? publicUrl.IdnHost.TrimEnd('.')
            : IPAddress.Loopback.ToString();
}
