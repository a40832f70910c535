using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Time-based one-time passwords (TOTP): RFC 6238 with SHA-1, six digits and 30-second steps.</summary>
/// <remarks>
/// Every authenticator app supports these parameters, and several ignore all others. SHA-1 is used inside HMAC, where its collisions don't matter. The secret
/// has 160 bits, as RFC 4226 section 4 recommends.
/// </remarks>
internal static class TotpCode
{
    private const int SecretLength = 20;
    private const int StepSeconds = 30;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretLength);

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / StepSeconds;

    public static string Compute(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // SHA-1 is what RFC 6238 and the apps use; HMAC does not rest on its collision resistance.
        HMACSHA1.HashData(secret, message, mac);
#pragma warning restore CA5350

        // Dynamic truncation (RFC 4226 section 5.3): the last four bits select the offset of the 31 bits.
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xF)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the time step of a code that is currently valid and unused, or null.</summary>
    /// <remarks>
    /// Accepts one step of drift in either direction (RFC 6238 section 5.2), but only steps after the last accepted one. The caller stores the step by a
    /// guarded update; that update, not this check, stops concurrent reuse.
    /// </remarks>
    public static long? MatchingStep(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastAcceptedStep)
    {
        var current = StepAt(now);
        long? matching = null;

        // Compute and compare all three codes, so that the timing reveals nothing. If two codes are equal, take the later step; otherwise the code could be
        // used once more.
        for (var step = current - 1; step <= current + 1; step++)
        {
            var equal = CryptographicOperations.FixedTimeEquals(
                MemoryMarshal.AsBytes(Compute(secret, step).AsSpan()), MemoryMarshal.AsBytes(code.AsSpan()));
            if (equal & step > lastAcceptedStep)
            {
                matching = step;
            }
        }

        return matching;
    }

    /// <summary>The link that a QR code transfers to an authenticator app (Key URI format).</summary>
    public static string OtpAuthUri(string issuer, string account, string base32Secret)
    {
        var name = Uri.EscapeDataString(issuer);
        return $"otpauth://totp/{name}:{Uri.EscapeDataString(account)}"
            + $"?secret={base32Secret}&issuer={name}&algorithm=SHA1&digits=6&period={StepSeconds}";
    }
}
