using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>The text that a password is stored as, in the formats of Python's bcrypt and passlib.</summary>
/// <remarks>
/// <code>
/// $2b$12$                        salt 22   digest 31   bcrypt(password); $2a$ and $2y$ are read too
/// $bcrypt-sha256$v=2,t=2b,r=12$  salt 22 $ digest 31   bcrypt(base64(HMAC-SHA256(key: salt text, password)))
/// $bcrypt-sha256$2b,12$          salt 22 $ digest 31   bcrypt(base64(SHA-256(password))), passlib before 1.7.3: read only
/// </code>
/// ASP.NET Core Identity's own hashes are read too (<see cref="Pbkdf2Hash"/>), for accounts that come from elsewhere.
/// bcrypt reads 72 bytes and stops at a NUL. A password that does not fit is never cut: it is stored in the second
/// form, and never verifies against the first.
/// <para>
/// A wrong password takes as long as the dearest hash among the accounts (<see cref="DearestHash"/>), whether the hash is malformed, missing,
/// cheaper than that or unable to hold the password: the time tells neither who exists nor whose hash is old.
/// </para>
/// </remarks>
internal static partial class PasswordHash
{
    public const int MaxCost = 16;

    private const int MinCost = BcryptEngine.MinCost;

    /// <summary>What is read, for a person.</summary>
    public const string Formats =
        "bcrypt ($2a$, $2b$ or $2y$, cost 4 to 16), passlib's bcrypt_sha256 ($bcrypt-sha256$) and ASP.NET Core Identity's version 3 (PBKDF2, at most "
            + "1,000,000 iterations)";

    private enum Form
    {
        Plain,
        Hmac,
        Sha256,
    }

    /// <exception cref="ArgumentException">The password holds half a surrogate pair, so it has no UTF-8.</exception>
    public static string Create(string password, int cost, BcryptEngine bcrypt)
    {
        var utf8 = Utf8Of(password) ?? throw new ArgumentException("The password is not well-formed Unicode.", nameof(password));
        var salt = BCrypt.Net.BCrypt.GenerateSalt(cost)[^BcryptEngine.SaltLength..];
        var text = Fits(utf8) ? password : Condense(utf8, salt, Form.Hmac);
        var digest = bcrypt.Digest(text, salt, cost) ?? throw new CryptographicException($"{bcrypt.Name} did not hash a password.");
        return Fits(utf8)
            ? $"$2b${cost:D2}${salt}{digest}"
            : $"$bcrypt-sha256$v=2,t=2b,r={cost}${salt}${digest}";
    }

    /// <summary>Whether some password could verify against it.</summary>
    public static bool IsReadable(string hash) => Stored.Parse(hash) is not null || Pbkdf2Hash.Parse(hash) is not null;

    /// <summary>Whether the password is the one that was stored, and whether it should be stored anew at this cost.</summary>
    /// <param name="storedHash">The account's hash; null for none.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="cost">At which passwords are stored.</param>
    /// <param name="rounds">How many rounds of bcrypt a wrong password takes.</param>
    /// <param name="bcrypt">Computes them.</param>
    public static PasswordVerificationResult Verify(string? storedHash, string password, int cost, long rounds, BcryptEngine bcrypt)
    {
        if (Pbkdf2Hash.Parse(storedHash) is { } foreign)
        {
            return bcrypt.Pbkdf2.Verify(foreign, password, rounds) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
        }

        if (Stored.Parse(storedHash) is not { } stored)
        {
            bcrypt.Fill(rounds);
            return PasswordVerificationResult.Failed;
        }

        if (stored.Matches(password, bcrypt))
        {
            return stored.Cost == cost && stored.Form != Form.Sha256
                ? PasswordVerificationResult.Success
                : PasswordVerificationResult.SuccessRehashNeeded;
        }

        bcrypt.Fill(rounds - (1L << stored.Cost));
        return PasswordVerificationResult.Failed;
    }

    /// <summary>The UTF-8 of a password, or null when it holds half a surrogate pair.</summary>
    public static byte[]? Utf8Of(string password)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(password.Length)];
        var status = Utf8.FromUtf16(password, bytes, out _, out var length, replaceInvalidSequences: false);
        return status == OperationStatus.Done ? bytes[..length] : null;
    }

    private static bool Fits(byte[] utf8) => utf8.Length <= BcryptEngine.MaxBytes && !utf8.Contains((byte)0);

    private static string Condense(byte[] utf8, string salt, Form form) => Convert.ToBase64String(
        form == Form.Hmac ? HMACSHA256.HashData(Encoding.ASCII.GetBytes(salt), utf8) : SHA256.HashData(utf8));

    private sealed partial record Stored(Form Form, int Cost, string Salt, string Digest)
    {
        public static Stored? Parse(string? hash)
        {
            if (hash is null || Pattern().Match(hash) is not { Success: true } match)
            {
                return null;
            }

            var form = match.Groups["hmac"].Success ? Form.Hmac : match.Groups["sha256"].Success ? Form.Sha256 : Form.Plain;
            var cost = int.Parse(match.Groups["cost"].ValueSpan, CultureInfo.InvariantCulture);
            return cost is < MinCost or > MaxCost
                ? null
                : new(form, cost, match.Groups["salt"].Value, match.Groups["digest"].Value);
        }

        public bool Matches(string password, BcryptEngine bcrypt)
        {
            var utf8 = Utf8Of(password);
            var readable = utf8 is not null && (Form != Form.Plain || Fits(utf8));
            var text = !readable ? "" : Form == Form.Plain ? password : Condense(utf8!, Salt, Form);

            // Only the digest is compared: old passlib wrote salts whose last character has stray bits.
            var digest = bcrypt.Digest(text, Salt, Cost);
            return readable & CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(digest ?? ""), Encoding.ASCII.GetBytes(Digest));
        }

        [GeneratedRegex("""
            \A(?: \$2[aby]\$ (?<cost>[0-9]{2}) \$ (?<salt>[./A-Za-z0-9]{22})
              | \$bcrypt-sha256\$ (?: (?<hmac>v=2,t=2b,r=) | (?<sha256>2[ab],) )
                (?<cost>[1-9][0-9]?) \$ (?<salt>[./A-Za-z0-9]{22}) \$ )
            (?<digest>[./A-Za-z0-9]{31})\z
            """, RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
        private static partial Regex Pattern();
    }
}
