using System.Globalization;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>The quotas of the subscription tiers.</summary>
/// <param name="Tiers"><c>QUOTAS</c>: the limits of each tier; a tier that isn't named has none.</param>
/// <param name="Mode"><c>QUOTA_MODE</c>: <see cref="QuotaLimits.Soft"/> or <see cref="QuotaLimits.Hard"/>.</param>
internal sealed record QuotaOptions(IReadOnlyDictionary<string, QuotaLimits> Tiers, string Mode)
{
    private const string Requests = "requests";
    private const string Tokens = "tokens";
    private const string Cost = "cost_usd";

    public static QuotaOptions Read(SettingsReader settings)
    {
        var tiers = new Dictionary<string, QuotaLimits>(StringComparer.Ordinal);
        foreach (var tier in settings.ReadText("QUOTAS")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (tier.Split(':', StringSplitOptions.TrimEntries) is not [var name, var limits] || !TierName.IsValid(name)
                || ReadLimits(limits) is not { IsLimited: true } read || !tiers.TryAdd(name, read))
            {
                settings.AddError(
                    "QUOTAS",
                    "must be tiers separated by semicolons, each once, with limits separated by commas, such as "
                        + $"free:requests=1000,tokens=100000,cost_usd=1.5;pro:requests=100000; each limit from 0 to {QuotaLimits.MaxLimit}");
                break;
            }
        }

        return new(
            tiers,
            settings.ReadFlag("QUOTA_MODE", defaultValue: false, yes: QuotaLimits.Hard, no: QuotaLimits.Soft) ? QuotaLimits.Hard : QuotaLimits.Soft);
    }

    /// <summary>Reads <c>requests=1000,tokens=100000,cost_usd=1</c>; null if it isn't valid.</summary>
    private static QuotaLimits? ReadLimits(string text)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (entry.Split('=', StringSplitOptions.TrimEntries) is not [var metric, var number]
                || ReadLimit(metric, number) is not { } limit || !values.TryAdd(metric, limit))
            {
                return null;
            }
        }

        return new(Find(Requests), Find(Tokens), Find(Cost));

        long? Find(string metric) => values.TryGetValue(metric, out var value) ? value : null;
    }

    private static long? ReadLimit(string metric, string text) => metric switch
    {
        Requests or Tokens =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= QuotaLimits.MaxLimit ? number : null,
        Cost => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars) ? QuotaAmount.ToMicros(dollars) : null,
        _ => null,
    };
}
