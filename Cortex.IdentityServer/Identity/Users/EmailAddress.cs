using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Normalizes an email address to the form in which it is stored, or explains why it isn't valid.</summary>
/// <remarks>
/// Surrounding spaces are trimmed and Unicode is composed (NFC); letter case is preserved. Addresses that only look like another address are rejected rather
/// than corrected: full-width characters, invisible characters, and other kinds of full stop. Quoted local parts and address literals are rejected too, because
/// mail software disagrees about where they end.
/// </remarks>
internal static partial class EmailAddress
{
    public const int MaxLength = 254;
    private const int MaxLocalLength = 64;
    private const int MaxDomainLength = 253;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    public static bool TryNormalize(string? input, out string email, out string reason)
    {
        email = (input ?? "").Trim(' ');
        reason = Validate(ref email) ?? "";
        email = reason.Length == 0 ? email : "";
        return reason.Length == 0;
    }

    /// <summary>Normalizes an address for a lookup. It also accepts addresses that other programs stored and that registration would reject today.</summary>
    public static bool TryRecognize(string? input, out string email, out string reason)
    {
        if (TryNormalize(input, out email, out reason))
        {
            return true;
        }

        var address = (input ?? "").Trim();
        if (address.Length is 0 or > MaxLength || address.Count('@') != 1 || !address.EnumerateRunes().All(IsVisible))
        {
            return false;
        }

        email = address.Normalize(NormalizationForm.FormC);
        return true;
    }

    /// <summary>Returns whether the text contains half of a surrogate pair, which can't be encoded in UTF-8.</summary>
    public static bool HasLoneSurrogate(string text)
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

    private static string? Validate(ref string email)
    {
        if (email.Length is 0 or > MaxLength)
        {
            return email.Length == 0 ? "An email address is required." : $"The email address must have at most {MaxLength} characters.";
        }

        if (!email.EnumerateRunes().All(IsVisible))
        {
            return "The email address contains a space or an invisible character.";
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
            return "The part of the email address before the @ isn't valid.";
        }

        return email.Length <= MaxLength && IsDomain(parts[1]) ? null : "The domain of the email address isn't valid.";
    }

    // Half of a surrogate pair is enumerated as the replacement character, which no real address contains.
    private static bool IsVisible(Rune rune) =>
        rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static bool IsDomain(string domain)
    {
        // IDNA treats U+3002 and similar characters as a full stop, so two spellings would map to one domain.
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

    // The dot-atom of RFC 5322, extended to the letters of all languages (RFC 6531).
    [GeneratedRegex(@"\A[\w!#$%&'*+/=?^`{|}~\u0080-\uFFFF-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\uFFFF-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LocalPart();

    // RFC 1123 labels, ending in a top-level domain that is a name: neither "localhost" nor the last part of an IP address.
    [GeneratedRegex(@"\A(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!localhost\z|[0-9]+\z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
