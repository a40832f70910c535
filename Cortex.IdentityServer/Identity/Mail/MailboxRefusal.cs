using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Distinguishes a mailbox that doesn't exist from every other reason for which a mail server rejects a recipient.</summary>
/// <remarks>
/// Servers also reply 550 for a full mailbox, a blocked relay, a sender domain that doesn't resolve, or a misconfiguration, all of which are temporary. The
/// sender gives up only if the enhanced status code (RFC 3463) or, without a specific code, the text says that the address is wrong.
/// </remarks>
internal static partial class MailboxRefusal
{
    /// <summary>Bad mailbox, bad domain, bad address syntax, and a domain that accepts no email at all (RFC 7505).</summary>
    private static readonly string[] NonexistentMailboxCodes = ["5.1.1", "5.1.2", "5.1.3", "5.1.10"];

    /// <param name="status">The three-digit status of the reply to RCPT.</param>
    /// <param name="text">The text of the reply, which may span several lines.</param>
    public static bool IsNonexistentMailbox(int status, string text)
    {
        if (status is < 500 or > 599)
        {
            return false;
        }

        var code = EnhancedCode().Match(text).Groups["code"].Value;
        return NonexistentMailboxCodes.Contains(code)
            || (IsUnspecific(code) && Words().IsMatch(text) && !text.Contains("sender", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Returns whether the code is missing or unspecific ("other").</summary>
    private static bool IsUnspecific(string code) => code is "" or "5.0.0" or "5.1.0" or "5.5.0";

    /// <summary>Matches a code at the beginning of a line, or in qmail's form: (#5.1.1).</summary>
    [GeneratedRegex(@"(?:^|#)\s*(?<code>5\.\d{1,3}\.\d{1,3})(?![\d.])", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(
        @"\b(?:no such|unknown)\s(?:local\s)?(?:user|recipient|mailbox|account|address)\b|\bno mailbox here by that name\b"
        + @"|\b(?:user|recipient|mailbox|account|address)\s(?:is\s)?(?:unknown|not found|(?:does not|doesn't) exist)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
