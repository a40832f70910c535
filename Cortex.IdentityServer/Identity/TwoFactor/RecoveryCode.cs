using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A printed code that replaces a lost authenticator once.</summary>
/// <remarks>
/// <code>
/// 7ZK3QW-0M9XTB-H4VNGA-R2C8EJ        24 characters of Crockford's base32: 120 random bits
/// </code>
/// The database stores an HMAC-SHA256 of the user id and the code. For codes of at least 112 bits, ASVS 6.5.2 doesn't require a slow salted hash, because they
/// can't be brute-forced. The key, which isn't in the database, and the user id make equal codes hash differently.
/// </remarks>
internal static class RecoveryCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 24;
    private const int GroupLength = 6;
    private const int MaxInputLength = 64;

    private static readonly SearchValues<char> Symbols = SearchValues.Create(Alphabet);

    public static string New() => Group(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>Converts user input into the form that <see cref="New"/> returned, which is the form that is hashed.</summary>
    public static bool TryNormalize(string? input, out string canonical)
    {
        canonical = "";
        if (input is not { Length: <= MaxInputLength } || !Ascii.IsValid(input))
        {
            return false;
        }

        // Crockford's base32 ignores case, dashes, and spaces, and reads letters that look like digits as digits.
        var code = input.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            .ToUpperInvariant().Replace('I', '1').Replace('L', '1').Replace('O', '0');
        if (code.Length != Length || code.AsSpan().ContainsAnyExcept(Symbols))
        {
            return false;
        }

        canonical = Group(code);
        return true;
    }

    public static byte[] Hash(string canonical, Guid userId, byte[] key)
    {
        byte[] message = [.. userId.ToByteArray(bigEndian: true), .. Encoding.ASCII.GetBytes(canonical)];
        return HMACSHA256.HashData(key, message);
    }

    private static string Group(string code) =>
        string.Join('-', code.Chunk(GroupLength).Select(group => new string(group)));
}
