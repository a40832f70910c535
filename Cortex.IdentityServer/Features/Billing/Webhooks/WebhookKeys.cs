using System.Text;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>
/// The keys that a webhook may be signed with. Polar's older secrets sign with the UTF-8 bytes of the whole secret; secrets created since 2026-09-08 sign with
/// the Base64-decoded part after <c>whsec_</c>, as the Standard Webhooks specification says. A secret's form doesn't tell which, so both keys count.
/// </summary>
internal sealed class WebhookKeys
{
    private const string Prefix = "whsec_";

    private readonly List<byte[]> _keys;

    private WebhookKeys(List<byte[]> keys) => _keys = keys;

    /// <summary>The keys to try, each at least one byte long; empty without a secret.</summary>
    public IReadOnlyList<byte[]> All => _keys;

    /// <param name="secrets">The secrets as Polar shows them: one, or two during a rotation.</param>
    public static WebhookKeys Of(IEnumerable<string> secrets) => new([.. secrets.SelectMany(KeysOf)]);

    /// <summary>Keeps the keys out of logs.</summary>
    public override string ToString() => nameof(WebhookKeys);

    private static IEnumerable<byte[]> KeysOf(string secret)
    {
        if (secret.Length > 0)
        {
            yield return Encoding.UTF8.GetBytes(secret);
        }

        var encoded = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret;
        var decoded = new byte[encoded.Length];
        if (Convert.TryFromBase64String(encoded, decoded, out var length) && length > 0)
        {
            yield return decoded[..length];
        }
    }
}
