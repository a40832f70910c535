using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Tells a mailbox that doesn't exist from everything else for which a mail server refuses a recipient.</summary>
/// <remarks>
/// A full mailbox, a blocked relay, a sender's domain that doesn't resolve and a misconfigured server all come as 550 too, and pass. Giving up is right
/// only where the enhanced code (RFC 3463) says that the address is wrong or, without a code that says anything, where the words do.
/// </remarks>
internal static partial class MailboxRefusal
{
    /// <summary>Bad mailbox, bad domain, bad syntax of the address, and a domain that takes no mail at all (RFC 7505).</summary>
    private static readonly string[] NobodyHasIt = ["5.1.1", "5.1.2", "5.1.3", "5.1.10"];

    /// <param name="status">The three digits of the answer to RCPT.</param>
    /// <param name="text">What stands after them, in one line or several.</param>
    public static bool SaysNobodyHasIt(int status, string text)
    {
        if (status is < 500 or > 599)
        {
            return false;
        }

        var code = EnhancedCode().Match(text).Groups["code"].Value;
        return NobodyHasIt.Contains(code) || (IsVague(code) && Words().IsMatch(text) && !text.Contains("sender", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>No code, or one whose detail is "other".</summary>
    private static bool IsVague(string code) => code is "" or "5.0.0" or "5.1.0" or "5.5.0";

    /// <summary>At the beginning of a line, or as qmail writes it: (#5.1.1).</summary>
    [GeneratedRegex(@"(?:^|#)\s*(?<code>5\.\d{1,3}\.\d{1,3})(?![\d.])", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(
        @"\b(?:no such|unknown)\s(?:local\s)?(?:user|recipient|mailbox|account|address)\b|\bno mailbox here by that name\b"
        + @"|\b(?:user|recipient|mailbox|account|address)\s(?:is\s)?(?:unknown|not found|(?:does not|doesn't) exist)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
