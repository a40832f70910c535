using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The code on paper that stands in once for a lost authenticator.</summary>
/// <remarks>
/// <code>
/// 7ZK3QW-0M9XTB-H4VNGA-R2C8EJ        24 characters of Crockford's base32: 120 random bits
/// </code>
/// Stored is HMAC-SHA256 of user id and code. From 112 bits on, ASVS 6.5.2 asks for no slow salted hash: there is
/// nothing to search through. The key, which the database does not hold, and the user id keep equal codes apart.
/// </remarks>
internal static class RecoveryCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 24;
    private const int GroupLength = 6;
    private const int MaxTypedLength = 64;

    private static readonly SearchValues<char> Symbols = SearchValues.Create(Alphabet);

    public static string New() => Group(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>Turns what somebody typed into the text that <see cref="New"/> gave, the one that is hashed.</summary>
    public static bool TryNormalize(string? typed, out string canonical)
    {
        canonical = "";
        if (typed is not { Length: <= MaxTypedLength } || !Ascii.IsValid(typed))
        {
            return false;
        }

        // Crockford's reading: case, dashes and spaces mean nothing, and letters that look like digits are digits.
        var code = typed.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
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
