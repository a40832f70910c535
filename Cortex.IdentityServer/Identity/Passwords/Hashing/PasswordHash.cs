using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Creates and verifies password hashes in the formats of Python's bcrypt and passlib.</summary>
/// <remarks>
/// <code>
/// $2b$12$                        salt 22   digest 31   bcrypt(password); $2a$ and $2y$ are read too
/// $bcrypt-sha256$v=2,t=2b,r=12$  salt 22 $ digest 31   bcrypt(base64(HMAC-SHA256(key: salt text, password)))
/// $bcrypt-sha256$2b,12$          salt 22 $ digest 31   bcrypt(base64(SHA-256(password))), passlib before 1.7.3: read only
/// </code>
/// Hashes of ASP.NET Core Identity are read too (<see cref="Pbkdf2Hash"/>), for accounts imported from other systems. bcrypt reads 72 bytes and stops at a
/// NUL. A password that doesn't fit is never truncated: it is stored in the second format, and never verifies against the first.
/// <para>
/// A wrong password takes as long as the costliest hash of any account (<see cref="CostliestHash"/>), whether the stored hash is malformed, missing, cheaper,
/// or unable to hold the password. So the response time reveals neither which accounts exist nor which hashes are old.
/// </para>
/// </remarks>
internal static partial class PasswordHash
{
    public const int MaxCost = 16;

    private const int MinCost = BcryptEngine.MinCost;

    /// <summary>The readable formats, as text for the operator.</summary>
    public const string Formats =
        "bcrypt ($2a$, $2b$ or $2y$, cost 4 to 16), passlib's bcrypt_sha256 ($bcrypt-sha256$) and ASP.NET Core Identity's version 3 (PBKDF2, at most "
            + "1,000,000 iterations)";

    private enum Form
    {
        Plain,
        Hmac,
        Sha256,
    }

    /// <exception cref="ArgumentException">The password contains a lone surrogate, so it has no UTF-8 encoding.</exception>
    public static string Create(string password, int cost, BcryptEngine bcrypt)
    {
        var utf8 = Utf8Of(password) ?? throw new ArgumentException("The password isn't well-formed Unicode.", nameof(password));
        var salt = BCrypt.Net.BCrypt.GenerateSalt(cost)[^BcryptEngine.SaltLength..];
        var text = Fits(utf8) ? password : Prehash(utf8, salt, Form.Hmac);
        var digest = bcrypt.Digest(text, salt, cost) ?? throw new CryptographicException($"{bcrypt.Name} did not hash a password.");
        return Fits(utf8)
            ? $"$2b${cost:D2}${salt}{digest}"
            : $"$bcrypt-sha256$v=2,t=2b,r={cost}${salt}${digest}";
    }

    /// <summary>Whether a password could verify against the hash.</summary>
    public static bool IsReadable(string hash) => Stored.Parse(hash) is not null || Pbkdf2Hash.Parse(hash) is not null;

    /// <summary>Verifies a password, and returns whether it should be hashed again at the current cost.</summary>
    /// <param name="storedHash">The stored hash, or null.</param>
    /// <param name="password">The submitted password.</param>
    /// <param name="cost">The current cost.</param>
    /// <param name="rounds">The number of bcrypt rounds that a wrong password takes.</param>
    /// <param name="bcrypt">The engine.</param>
    public static PasswordVerificationResult Verify(string? storedHash, string password, int cost, long rounds, BcryptEngine bcrypt)
    {
        if (Pbkdf2Hash.Parse(storedHash) is { } foreign)
        {
            return bcrypt.Pbkdf2.Verify(foreign, password, rounds) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
        }

        if (Stored.Parse(storedHash) is not { } stored)
        {
            bcrypt.SpendRounds(rounds);
            return PasswordVerificationResult.Failed;
        }

        if (stored.Matches(password, bcrypt))
        {
            return stored.Cost == cost && stored.Form != Form.Sha256
                ? PasswordVerificationResult.Success
                : PasswordVerificationResult.SuccessRehashNeeded;
        }

        bcrypt.SpendRounds(rounds - (1L << stored.Cost));
        return PasswordVerificationResult.Failed;
    }

    /// <summary>Returns the UTF-8 encoding of a password, or null if it contains a lone surrogate.</summary>
    public static byte[]? Utf8Of(string password)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(password.Length)];
        var status = Utf8.FromUtf16(password, bytes, out _, out var length, replaceInvalidSequences: false);
        return status == OperationStatus.Done ? bytes[..length] : null;
    }

    private static bool Fits(byte[] utf8) => utf8.Length <= BcryptEngine.MaxBytes && !utf8.Contains((byte)0);

    private static string Prehash(byte[] utf8, string salt, Form form) => Convert.ToBase64String(
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
            var text = !readable ? "" : Form == Form.Plain ? password : Prehash(utf8!, Salt, Form);

            // Only the digest is compared, because old versions of passlib wrote salts with stray bits in the last character.
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
