using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Time-based one-time codes: RFC 6238 with SHA-1, six digits and steps of 30 seconds.</summary>
/// <remarks>
/// These are the parameters every authenticator app knows; several ignore all others. SHA-1 stands here inside HMAC,
/// which its collisions do not touch. The secret has 160 bits, as RFC 4226 section 4 recommends.
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

        // Dynamic truncation, RFC 4226 section 5.3: the last four bits say where the 31 bits are taken.
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xF)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step of a code that is right now and was not used yet, or null.</summary>
    /// <remarks>
    /// One step of drift either way (RFC 6238 section 5.2), never at or behind the last accepted one. Who accepts the
    /// step records it by a guarded update; that, not this check, is what stops two requests at once.
    /// </remarks>
    public static long? MatchingStep(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastAcceptedStep)
    {
        var current = StepAt(now);
        long? matching = null;

        // All three are computed and compared, so the time tells nothing. Of two equal codes the later step is taken:
        // the earlier one would leave the other to be used again.
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

    /// <summary>What a QR code carries into an authenticator app (the Key URI format).</summary>
    public static string OtpAuthUri(string issuer, string account, string base32Secret)
    {
        var name = Uri.EscapeDataString(issuer);
        return $"otpauth://totp/{name}:{Uri.EscapeDataString(account)}"
            + $"?secret={base32Secret}&issuer={name}&algorithm=SHA1&digits=6&period={StepSeconds}";
    }
}
