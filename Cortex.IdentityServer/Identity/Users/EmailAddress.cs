using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Gives an email address the one spelling it is stored in, or says why it is none.</summary>
/// <remarks>
/// Surrounding spaces go and Unicode is composed (NFC); case stays as typed. Whatever looks like another address
/// without being it is refused rather than mended: full-width signs, invisible characters, other full stops.
/// Quoted local parts and address literals are refused too: mail software disagrees about where they end.
/// </remarks>
internal static partial class EmailAddress
{
    public const int MaxLength = 254;
    private const int MaxLocalLength = 64;
    private const int MaxDomainLength = 253;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    public static bool TryNormalize(string? typed, out string email, out string reason)
    {
        email = (typed ?? "").Trim(' ');
        reason = WhyRefused(ref email) ?? "";
        email = reason.Length == 0 ? email : "";
        return reason.Length == 0;
    }

    /// <summary>For looking somebody up: also the odd addresses that other programs stored and that nobody could register with today.</summary>
    public static bool TryRecognize(string? typed, out string email, out string reason)
    {
        if (TryNormalize(typed, out email, out reason))
        {
            return true;
        }

        var odd = (typed ?? "").Trim();
        if (odd.Length is 0 or > MaxLength || odd.Count('@') != 1 || !odd.EnumerateRunes().All(IsVisible))
        {
            return false;
        }

        email = odd.Normalize(NormalizationForm.FormC);
        return true;
    }

    /// <summary>Whether it holds half a surrogate pair, which is no text in UTF-8.</summary>
    public static bool HasHalfCharacter(string text)
    {
        for (var place = 0; place < text.Length; place++)
        {
            if (char.IsSurrogate(text[place]) && (place + 1 == text.Length || !char.IsSurrogatePair(text[place], text[++place])))
            {
                return true;
            }
        }

        return false;
    }

    private static string? WhyRefused(ref string email)
    {
        if (email.Length is 0 or > MaxLength)
        {
            return email.Length == 0 ? "An email address is required." : $"The email address must have at most {MaxLength} characters.";
        }

        if (!email.EnumerateRunes().All(IsVisible))
        {
            return "The email address contains a space or a character that cannot be seen.";
        }

        email = email.Normalize(NormalizationForm.FormC);
        if (email != email.Normalize(NormalizationForm.FormKC))
        {
            return "The email address contains a character that looks like another one.";
        }

        var parts = email.Split('@');
        if (parts.Length != 2)
        {
            return "The email address must have one @ between a name and a domain.";
        }

        if (parts[0].Length > MaxLocalLength || !LocalPart().IsMatch(parts[0]))
        {
            return "The part of the email address before the @ is not valid.";
        }

        return email.Length <= MaxLength && IsDomain(parts[1]) ? null : "The domain of the email address is not valid.";
    }

    // Half a surrogate pair is enumerated as the replacement character, which nobody has in an address either.
    private static bool IsVisible(Rune rune) =>
        rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static bool IsDomain(string domain)
    {
        // IDNA reads U+3002 and others as a full stop, and would make one domain of two spellings.
        if (!domain.EnumerateRunes().All(rune => rune.Value is '-' or '.' || Rune.IsLetterOrDigit(rune)
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
        {
            return false;
        }

        try
        {
            var ascii = Idn.GetAscii(domain);
            return ascii.Length <= MaxDomainLength && Domain().IsMatch(ascii);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // RFC 5322's dot-atom, with the letters of all languages (RFC 6531).
    [GeneratedRegex(@"\A[\w!#$%&'*+/=?^`{|}~\u0080-\uFFFF-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\uFFFF-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LocalPart();

    // Labels of RFC 1123 with a top-level domain that is a name: neither "localhost" nor the end of an IP address.
    [GeneratedRegex(@"\A(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!localhost\z|[0-9]+\z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
