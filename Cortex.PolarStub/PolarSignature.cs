using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.Polar;

/// <summary>Signatures of webhooks, as Standard Webhooks defines them, with Polar's two kinds of keys.</summary>
public static class PolarSignature
{
    private const string Prefix = "whsec_";

    /// <summary>The key's length in secrets that Polar has issued since September 2026.</summary>
    private const int KeyLength = 32;

    /// <summary>The kind of key that Polar uses with a secret, by the secret's form.</summary>
    public static PolarKeyScheme SchemeOf(string secret) =>
        secret.StartsWith(Prefix, StringComparison.Ordinal) && Decode(secret[Prefix.Length..]) is { Length: KeyLength }
            ? PolarKeyScheme.Decoded
            : PolarKeyScheme.Legacy;

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    /// <param name="secret">The endpoint's secret.</param>
    /// <param name="id">The webhook's id.</param>
    /// <param name="timestamp">When this attempt to deliver it is made, in seconds since 1970.</param>
    /// <param name="body">The exact bytes of the body.</param>
    /// <param name="scheme">How the key is derived from the secret; null for the way that fits the secret's form.</param>
    public static string Sign(string secret, string id, long timestamp, ReadOnlySpan<byte> body, PolarKeyScheme? scheme = null)
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Key(secret, scheme ?? SchemeOf(secret)), text))}";
    }

    private static byte[] Key(string secret, PolarKeyScheme scheme) => scheme == PolarKeyScheme.Legacy
        ? Encoding.UTF8.GetBytes(secret)
        : Decode(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret)
            ?? throw new ArgumentException("The secret isn't base64.", nameof(secret));

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
