using System.Security.Cryptography;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Identifies a version of a document or file, for its entity tag.</summary>
internal static class ContentHash
{
    /// <summary>Half of a SHA-256 hash, in bytes, is more than enough to tell two versions apart.</summary>
    private const int Length = 16;

    /// <summary>Returns 32 lower-case hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, Length));
}
