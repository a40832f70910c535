using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>The operator's rules for the tiers that subscriptions give.</summary>
/// <param name="Products">The tier by Polar's product id (<c>POLAR_PRODUCTS</c>).</param>
/// <param name="Ranks">The rank of each tier, of which the greatest counts: tiers are ordered by the limit of their API keys.</param>
/// <param name="PastDueGrace">How long a subscription gives access after a failed payment.</param>
internal sealed record BillingRules(IReadOnlyDictionary<string, string> Products, IReadOnlyDictionary<string, int> Ranks, TimeSpan PastDueGrace)
{
    /// <summary>Identifies the rules: decisions that were made under others have to be made again.</summary>
    public string Fingerprint { get; } = FingerprintOf(Products, Ranks, PastDueGrace);

    /// <summary>Returns the rank of a tier; an unknown tier is below all others.</summary>
    public int RankOf(string tier) => Ranks.GetValueOrDefault(tier, int.MinValue);

    private static string FingerprintOf(IReadOnlyDictionary<string, string> products, IReadOnlyDictionary<string, int> ranks, TimeSpan grace)
    {
        var lines = products.OrderBy(product => product.Key, StringComparer.Ordinal).Select(product => $"{product.Key}={product.Value}")
            .Concat(ranks.OrderBy(rank => rank.Value).Select(rank => rank.Key))
            .Append(grace.ToString("c", CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }
}
