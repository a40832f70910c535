using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Configuration;
using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The content of an email, from which both the text and the HTML part are rendered.</summary>
/// <param name="Subject">The subject line, which is also the heading.</param>
/// <param name="Paragraphs">The paragraphs of the body.</param>
/// <param name="Link">The action that the recipient can take, as a label and a URL, or null if there is none.</param>
/// <param name="Facts">Facts about the event, such as its time and IP address, as names and values.</param>
/// <param name="Closing">What to do if the recipient didn't cause the event.</param>
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

            // The ID is the same for every attempt, so email programs show an email that arrives twice only once.
            MessageId = $"{mail.Id:N}@{FromDomain(options.From)}",
            Body = new MultipartAlternative { Part("plain", ToText()), Part("html", ToHtml()) },
        };
        message.From.Add(options.From);
        message.To.Add(new MailboxAddress(null, mail.Recipient));

        // RFC 3834: automatic responders don't reply to it.
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
                + "content=\"width=device-width\"><title>").Append(Encode(Subject))
            .Append(
                "</title></head>\n<body style=\"font-family: sans-serif; font-size: 16px; line-height: 1.5; color: #1a1a1a; max-width: 36em; margin: 1em "
                    + "auto; padding: 0 1em\">\n<h1 style=\"font-size: 20px\">")
            .Append(Encode(Subject)).Append("</h1>\n");
        foreach (var paragraph in Paragraphs)
        {
            html.Append("<p>").Append(Encode(paragraph)).Append("</p>\n");
        }

        if (Link is { } link)
        {
            html.Append("<p><a href=\"").Append(Encode(link.Url)).Append(
                "\" style=\"display: inline-block; padding: 10px 18px; background: #1f4fd8; color: #ffffff\">")
                .Append(Encode(link.Label)).Append("</a></p>\n<p>Or open this link:<br>").Append(Encode(link.Url)).Append("</p>\n");
        }

        if (Facts is { Count: > 0 })
        {
            html.Append("<ul>\n");
            foreach (var (name, value) in Facts)
            {
                html.Append("<li>").Append(Encode(name)).Append(": ").Append(Encode(value)).Append("</li>\n");
            }

            html.Append("</ul>\n");
        }

        html.Append(Closing is null ? "" : $"<p>{Encode(Closing)}</p>\n");
        return html.Append("<p style=\"color: #595959\">").Append(Product.Name).Append("</p>\n</body>\n</html>\n").ToString();
    }

    /// <summary>Returns the domain in ASCII, whereas <see cref="MailboxAddress.Domain"/> is the Unicode form of an internationalized name.</summary>
    private static string FromDomain(MailboxAddress from) => from.GetAddress(idnEncode: true).Split('@')[^1];

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Avoids quoted-printable where possible, so links appear unchanged in the file.</summary>
    private static TextPart Part(string subtype, string text) => new(subtype)
    {
        Text = text,
        ContentTransferEncoding = Ascii.IsValid(text) ? ContentEncoding.SevenBit : ContentEncoding.EightBit,
    };
}
