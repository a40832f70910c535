using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Configuration;
using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>A mail before it is text or HTML: both are made of the same words.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Paragraphs">What it says.</param>
/// <param name="Link">What the reader may do, and where; null where there is nothing to do.</param>
/// <param name="Facts">When and from where, as name and value.</param>
/// <param name="Closing">What to do if it wasn't the reader.</param>
internal sealed record MailContent(
    string Subject, IReadOnlyList<string> Paragraphs, (string Label, string Url)? Link = null, IReadOnlyList<(string Name, string Value)>? Facts = null,
    string? Closing = null)
{
    public MimeMessage ToMessage(OutboxMail mail, MailOptions options, DateTimeOffset now)
    {
        var message = new MimeMessage
        {
            Subject = Subject,
            Date = now,

            // The same at each try, so that a mail which arrives twice is shown once.
            MessageId = $"{mail.Id:N}@{FromDomain(options.From)}",
            Body = new MultipartAlternative { Part("plain", ToText()), Part("html", ToHtml()) },
        };
        message.From.Add(options.From);
        message.To.Add(new MailboxAddress(null, mail.Recipient));

        // RFC 3834: no answering machine answers it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var paragraph in Paragraphs)
        {
            text.Append(paragraph).Append("\n\n");
        }

        if (Link is { } link)
        {
            text.Append(link.Label).Append(":\n").Append(link.Url).Append("\n\n");
        }

        foreach (var (name, value) in Facts ?? [])
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }

        text.Append(Facts is { Count: > 0 } ? "\n" : "");
        text.Append(Closing is null ? "" : Closing + "\n\n");
        return text.Append("-- \n").Append(Product.Name).Append('\n').ToString();
    }

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                + "content=\"width=device-width\"><title>").Append(Encoded(Subject))
            .Append(
                "</title></head>\n<body style=\"font-family: sans-serif; font-size: 16px; line-height: 1.5; color: #1a1a1a; max-width: 36em; margin: 1em "
                    + "auto; padding: 0 1em\">\n<h1 style=\"font-size: 20px\">")
            .Append(Encoded(Subject)).Append("</h1>\n");
        foreach (var paragraph in Paragraphs)
        {
            html.Append("<p>").Append(Encoded(paragraph)).Append("</p>\n");
        }

        if (Link is { } link)
        {
            html.Append("<p><a href=\"").Append(Encoded(link.Url)).Append(
                "\" style=\"display: inline-block; padding: 10px 18px; background: #1f4fd8; color: #ffffff\">")
                .Append(Encoded(link.Label)).Append("</a></p>\n<p>Or open this address:<br>").Append(Encoded(link.Url)).Append("</p>\n");
        }

        if (Facts is { Count: > 0 })
        {
            html.Append("<ul>\n");
            foreach (var (name, value) in Facts)
            {
                html.Append("<li>").Append(Encoded(name)).Append(": ").Append(Encoded(value)).Append("</li>\n");
            }

            html.Append("</ul>\n");
        }

        html.Append(Closing is null ? "" : $"<p>{Encoded(Closing)}</p>\n");
        return html.Append("<p style=\"color: #595959\">").Append(Product.Name).Append("</p>\n</body>\n</html>\n").ToString();
    }

    /// <summary>In ASCII. <see cref="MailboxAddress.Domain"/> is the Unicode form of an internationalized name.</summary>
    private static string FromDomain(MailboxAddress from) => from.GetAddress(idnEncode: true).Split('@')[^1];

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Not quoted-printable while that isn't needed: a link then stands in the file as it is.</summary>
    private static TextPart Part(string subtype, string text) => new(subtype)
    {
        Text = text,
        ContentTransferEncoding = Ascii.IsValid(text) ? ContentEncoding.SevenBit : ContentEncoding.EightBit,
    };
}
