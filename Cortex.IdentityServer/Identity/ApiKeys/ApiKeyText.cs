using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The format of API keys.</summary>
/// <remarks>
/// <code>
/// ctx_ 4Qd…(43 characters)…x9  0aBc12
/// │    │                       └ CRC-32 (IEEE, as in zlib) of everything before it, base62, 6 characters
/// │    └ 256 random bits, base62 (0-9 A-Z a-z), left-padded with 0 to 43 characters
/// └ prefix for secret scanners
/// </code>
/// The database stores the hex SHA-256 of the text, by which the key is found, and its first 12 characters, by which its owner recognizes it. A fast hash is
/// enough, because 256 random bits can't be brute-forced. The checksum isn't secret; it saves queries for typos and made-up keys.
/// </remarks>
internal static partial class ApiKeyText
{
    private const string Scheme = AuthenticationSchemes.KeyPrefix;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;
    private const int ChecksumLength = 6;
    private const int PrefixLength = 12;
    private const int MinForeignLength = 8;
    private const int MaxUtf8Bytes = 3 * MaxLength;
    public const int MaxLength = 256;

    [ThreadStatic]
    private static IncrementalHash? _sha256;

    public static string New()
    {
        var secret = new BigInteger(RandomNumberGenerator.GetBytes(SecretBytes), isUnsigned: true);
        return WithChecksum(Scheme + Base62.Encode(secret, SecretLength));
    }

    public static ApiKeyKind Classify(string? text) => text switch
    {
        null or { Length: < MinForeignLength or > MaxLength } => ApiKeyKind.Invalid,
        _ when text.AsSpan().ContainsAnyExceptInRange('!', '~') => ApiKeyKind.Invalid,
        _ when !OwnFormat().IsMatch(text) => ApiKeyKind.Foreign,
        _ when text != WithChecksum(text[..^ChecksumLength]) => ApiKeyKind.Damaged,
        _ => ApiKeyKind.Ours,
    };

    public static string HashHex(string text)
    {
        // OpenSSL takes longer to set up a one-shot hash than to compute it, so each thread reuses an instance. An instance that threw midway isn't reused.
        var sha256 = _sha256 ?? IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _sha256 = null;
        Span<byte> utf8 = stackalloc byte[MaxUtf8Bytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha256.AppendData(Encoding.UTF8.TryGetBytes(text, utf8, out var count) ? utf8[..count] : Encoding.UTF8.GetBytes(text));
        sha256.GetHashAndReset(hash);
        _sha256 = sha256;
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The first 12 characters, but never more than half of a short foreign key.</summary>
    public static string Prefix(string text) => text[..Math.Min(PrefixLength, text.Length / 2)];

    private static string WithChecksum(string body) => body + Base62.Encode(Crc32(body), ChecksumLength);

    // This works bit by bit, because a lookup table wouldn't be measurably faster for 47 characters.
    private static uint Crc32(string ascii)
    {
        var crc = uint.MaxValue;
        foreach (var character in ascii)
        {
            crc ^= character;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    [GeneratedRegex(@"\Actx_[0-9A-Za-z]{49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnFormat();
}
