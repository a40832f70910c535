using System.Globalization;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>What is left of quotas; null for a metric that isn't limited.</summary>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens.</param>
/// <param name="CostMicros">The cost in millionths of a US dollar.</param>
internal readonly record struct QuotaLeft(long? Requests, long? TokensUsed, long? CostMicros)
{
    /// <summary>Three metrics with their largest numbers.</summary>
    private const int MaxLength = 128;

    /// <summary>Returns what is left of a quota; at least 0 of each metric.</summary>
    public static QuotaLeft Of(QuotaLimits? limits, QuotaSums? used) => limits is null || used is not { } sums
        ? default
        : new(Remaining(limits.Requests, sums.Requests), Remaining(limits.TokensUsed, sums.TokensUsed), Remaining(limits.CostMicros, sums.CostMicros));

    /// <summary>Returns the smaller number of each metric.</summary>
    public QuotaLeft Min(QuotaLeft other) =>
        new(Min(Requests, other.Requests), Min(TokensUsed, other.TokensUsed), Min(CostMicros, other.CostMicros));

    /// <summary>Formats the limited metrics: <c>requests=12, tokens=3400, cost_usd=1.25</c>.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxLength];
        var length = 0;
        Append(text, ref length, "requests=", Requests);
        Append(text, ref length, "tokens=", TokensUsed);
        Append(text, ref length, "cost_usd=", CostMicros is { } micros ? (decimal?)QuotaAmount.ToDollars(micros) : null);
        return new(text[..length]);
    }

    private static void Append<T>(Span<char> text, ref int length, string name, T? number)
        where T : struct, ISpanFormattable
    {
        if (number is not { } value)
        {
            return;
        }

        if (length > 0)
        {
            ", ".CopyTo(text[length..]);
            length += 2;
        }

        name.CopyTo(text[length..]);
        length += name.Length;
        value.TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;
    }

    private static long? Remaining(long? limit, long used) => limit is null ? null : Math.Max(0, limit.Value - used);

    private static long? Min(long? one, long? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);
}
