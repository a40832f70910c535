using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>
/// Verifies a signature of the Standard Webhooks specification: HMAC-SHA256 over <c>{webhook-id}.{webhook-timestamp}.{body}</c>, where the body is the bytes as
/// they were received.
/// </summary>
internal static class WebhookSignature
{
    /// <summary>How far the timestamp may be from the server's clock, in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Version = "v1,";

    /// <summary>The maximum number of signatures in the header that are compared. A sender needs one for each of its keys.</summary>
    private const int MaxSignatures = 16;

    /// <summary>Whether one of the header's signatures matches one of the keys, and the timestamp is within the tolerance.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>, in seconds since 1970.</param>
    /// <param name="signatures">The header <c>webhook-signature</c>: signatures of the form <c>v1,{base64}</c>, separated by spaces.</param>
    /// <param name="body">The body as it was received.</param>
    /// <param name="keys">The keys to try.</param>
    /// <param name="now">The current time.</param>
    public static bool IsValid(string id, string timestamp, string signatures, ReadOnlySpan<byte> body, WebhookKeys keys, DateTimeOffset now)
    {
        if (id.Length == 0 || !IsCurrent(timestamp, now))
        {
            return false;
        }

        var sent = Decode(signatures);
        if (sent.Count == 0)
        {
            return false;
        }

        var head = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        var isValid = false;
        foreach (var key in keys.All)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(head);
            hmac.AppendData(body);
            hmac.GetHashAndReset(expected);
            foreach (var signature in sent)
            {
                isValid |= CryptographicOperations.FixedTimeEquals(expected, signature);
            }
        }

        return isValid;
    }

    private static bool IsCurrent(string timestamp, DateTimeOffset now) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs((decimal)now.ToUnixTimeMilliseconds() - (seconds * 1000m)) <= (decimal)Tolerance.TotalMilliseconds;

    /// <summary>Returns the signatures of the known version that have the right length.</summary>
    private static List<byte[]> Decode(string signatures)
    {
        var decoded = new List<byte[]>();
        foreach (var entry in signatures.Split(' ', MaxSignatures + 1, StringSplitOptions.RemoveEmptyEntries).Take(MaxSignatures))
        {
            var bytes = new byte[SHA256.HashSizeInBytes];
            if (entry.StartsWith(Version, StringComparison.Ordinal) && Convert.TryFromBase64String(entry[Version.Length..], bytes, out var length)
                && length == bytes.Length)
            {
                decoded.Add(bytes);
            }
        }

        return decoded;
    }
}
