using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Rejects passwords that attackers guess first. There are no composition rules: no required digits, capitals, or symbols.</summary>
internal sealed partial class PasswordRules : IPasswordValidator<User>
{
    /// <summary>The minimum length in characters, as for <see cref="MaxLength"/>.</summary>
    public const int MinLength = 8;

    public const int MaxLength = 256;

    /// <summary>The minimum length at which a repeated single character is allowed (OWASP ASVS 6.2.5).</summary>
    private const int MinRepetitionLength = 16;

    /// <summary>Sequences of the alphabet, the digits, and the keys of a keyboard, forward and backward.</summary>
    private static readonly string[] Sequences = [.. new[]
    {
        "abcdefghijklmnopqrstuvwxyz", "012345678901234567890123456789",
        "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm",
    }.SelectMany(run => new[] { run, string.Concat(run.Reverse()) })];

    private static readonly Lazy<FrozenSet<string>> CommonPasswords = new(ReadCommon);

    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password) =>
        Task.FromResult(FindWeakness(password ?? "", user.Email ?? "") is { } reason
            ? IdentityResult.Failed(new IdentityError { Code = "WeakPassword", Description = reason })
            : IdentityResult.Success);

    /// <summary>Returns why a password is too weak, as a sentence for the user, or null if it is acceptable.</summary>
    public static string? FindWeakness(string password, string email)
    {
        var length = LengthOf(password);
        return length switch
        {
            < MinLength => $"The password must have at least {MinLength} characters.",
            > MaxLength => $"The password must have at most {MaxLength} characters.",
            _ when PasswordHash.Utf8Of(password) is null => "The password contains an incomplete character (half of a surrogate pair).",
            _ when IsEmail(password, email) => "The password must not be the email address or the name in it.",
            _ when length < MinRepetitionLength && password.EnumerateRunes().Distinct().Count() == 1 =>
                "The password must not repeat a single character.",
            _ when Sequences.Any(run => run.Contains(password, StringComparison.OrdinalIgnoreCase)) =>
                "The password must not be a sequence of neighboring letters, digits or keys.",
            _ when ProductNamePattern().IsMatch(password) => "The password must not consist of this product's name.",
            _ when IsCommon(password) => "The password is a common password, or a common password with something added.",
            _ => null,
        };
    }

    /// <summary>Returns the length in characters. A character is at most two UTF-16 code units, so far longer strings needn't be counted.</summary>
    public static int LengthOf(string password) => password.Length > 2 * MaxLength ? int.MaxValue : password.EnumerateRunes().Count();

    private static bool IsEmail(string password, string email) =>
        password.Equals(email, StringComparison.OrdinalIgnoreCase)
        || password.Equals(email.Split('@')[0], StringComparison.OrdinalIgnoreCase);

    // For example, "qwerty123456!" is a common password with a trailing symbol, and "password12345678" is one with trailing digits.
    private static bool IsCommon(string password) =>
        CommonPasswords.Value.Contains(password)
        || CommonPasswords.Value.Contains(TrimEnd(password, IsSpecial))
        || CommonPasswords.Value.Contains(TrimEnd(password, last => IsSpecial(last) || char.IsDigit(last)));

    private static bool IsSpecial(char last) => char.IsPunctuation(last) || char.IsSymbol(last) || char.IsWhiteSpace(last);

    private static string TrimEnd(string password, Func<char, bool> isRemoved) =>
    string.Concat(password.Reverse().SkipWhile(isRemoved).Reverse());

    private static FrozenSet<string> ReadCommon()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"\A[\W\d_]*(?:(?:cortex|identity|memory)[\W\d_]*)+\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ProductNamePattern();
}
