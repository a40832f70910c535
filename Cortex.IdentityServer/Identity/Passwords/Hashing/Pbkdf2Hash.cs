using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>
/// A hash of ASP.NET Core Identity's own hasher (version 3): accounts come with them from other systems, and each is renewed as bcrypt at its first login.
/// </summary>
/// <remarks>
/// <code>
/// base64( 1 | function | iterations | salt length | salt | subkey )     the three numbers in four bytes each, high first
/// </code>
/// </remarks>
internal sealed class Pbkdf2Hash
{
    private const int MaxLength = 255;
    private const byte Version = 1;
    private const int HeaderLength = 1 + (3 * sizeof(uint));
    private const int MaxIterations = 1_000_000;

    /// <summary>Identity takes nothing shorter.</summary>
    private const int MinPart = 16;

    /// <summary>Identity makes 32 bytes. Each block that a longer one needs takes all the iterations again.</summary>
    private const int MaxSubkey = 64;

    private static readonly HashAlgorithmName[] Functions = [HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA512];
    private static readonly int[] BlockLengths = [SHA1.HashSizeInBytes, SHA256.HashSizeInBytes, SHA512.HashSizeInBytes];

    private readonly int _function;
    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _subkey;

    private Pbkdf2Hash(uint function, uint iterations, byte[] salt, byte[] subkey) =>
        (_function, _iterations, _salt, _subkey) = ((int)function, (int)iterations, salt, subkey);

    public HashAlgorithmName Function => Functions[_function];

    /// <summary>Rounds of the function that a verification takes.</summary>
    public int Iterations => _iterations * ((_subkey.Length + BlockLengths[_function] - 1) / BlockLengths[_function]);

    /// <summary>Null where it is anything else.</summary>
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
        if (function >= Functions.Length || iterations is 0 or > MaxIterations || saltLength < MinPart || saltLength > length - HeaderLength - MinPart)
        {
            return null;
        }

        var salt = bytes.Slice(HeaderLength, (int)saltLength);
        var subkey = bytes[(HeaderLength + (int)saltLength)..];

        // One spelling only: the reader of base64 skips spaces, and bits that stand for nothing.
        return subkey.Length > MaxSubkey || Convert.ToBase64String(bytes) != text ? null : new(function, iterations, salt.ToArray(), subkey.ToArray());
    }

    public bool Matches(string password)
    {
        // HMAC fills its key with NULs: a password that ends in one is the same to it as without, and would be renewed as what its owner never typed.
        var utf8 = PasswordHash.Utf8Of(password);
        var readable = utf8 is not [.., 0] and not null;
        var subkey = Rfc2898DeriveBytes.Pbkdf2(readable ? utf8! : [], _salt, _iterations, Function, _subkey.Length);
        return readable & CryptographicOperations.FixedTimeEquals(subkey, _subkey);
    }
}
