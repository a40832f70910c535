using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// A hash by ASP.NET Core Identity's own hasher (version 3). Imported accounts may have one; each is replaced with a bcrypt hash at its first login.
/// </summary>
/// <remarks>
/// <code>
/// base64( 1 | function | iterations | salt length | salt | subkey )     the three numbers are four big-endian bytes each
/// </code>
/// </remarks>
internal sealed class Pbkdf2Hash
{
    private const int MaxLength = 255;
    private const byte Version = 1;
    private const int HeaderLength = 1 + (3 * sizeof(uint));
    private const int MaxIterations = 1_000_000;

    /// <summary>Identity accepts nothing shorter.</summary>
    private const int MinPartLength = 16;

    /// <summary>Identity creates 32 bytes. Every additional block would repeat all the iterations.</summary>
    private const int MaxSubkeyLength = 64;

    private static readonly HashAlgorithmName[] Functions = [HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA512];
    private static readonly int[] BlockLengths = [SHA1.HashSizeInBytes, SHA256.HashSizeInBytes, SHA512.HashSizeInBytes];

    private readonly int _function;
    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _subkey;

    private Pbkdf2Hash(uint function, uint iterations, byte[] salt, byte[] subkey) =>
        (_function, _iterations, _salt, _subkey) = ((int)function, (int)iterations, salt, subkey);

    public HashAlgorithmName Function => Functions[_function];

    /// <summary>The number of PRF iterations that a verification takes.</summary>
    public int Iterations => _iterations * ((_subkey.Length + BlockLengths[_function] - 1) / BlockLengths[_function]);

    /// <summary>Parses a hash; returns null if the text has another format.</summary>
    public static Pbkdf2Hash? Parse(string? text)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        if (text is null or { Length: > MaxLength } || !Convert.TryFromBase64String(text, buffer, out var length) || length < HeaderLength
            || buffer[0] != Version)
        {
            return null;
        }

        var bytes = buffer[..length];
        var function = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        var iterations = BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]);
        var saltLength = BinaryPrimitives.ReadUInt32BigEndian(bytes[9..]);
        if (function >= Functions.Length || iterations is 0 or > MaxIterations || saltLength < MinPartLength
            || saltLength > length - HeaderLength - MinPartLength)
        {
            return null;
        }

        var salt = bytes.Slice(HeaderLength, (int)saltLength);
        var subkey = bytes[(HeaderLength + (int)saltLength)..];

        // Only the canonical encoding is accepted; the base64 decoder ignores whitespace and spare bits.
        return subkey.Length > MaxSubkeyLength || Convert.ToBase64String(bytes) != text ? null : new(function, iterations, salt.ToArray(), subkey.ToArray());
    }

    public bool Matches(string password)
    {
        // HMAC pads its key with NULs, so a password with trailing NULs verifies like one without them, and would be stored as something its owner never
        // typed.
        var utf8 = PasswordHash.Utf8Of(password);
        var readable = utf8 is not [.., 0] and not null;
        var subkey = Rfc2898DeriveBytes.Pbkdf2(readable ? utf8! : [], _salt, _iterations, Function, _subkey.Length);
        return readable & CryptographicOperations.FixedTimeEquals(subkey, _subkey);
    }
}
