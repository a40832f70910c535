namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Converts the cost limits of quotas between dollars and the micro-dollars that are stored.</summary>
internal static class QuotaAmount
{
    private const decimal MicrosPerDollar = 1_000_000;

    /// <summary>Returns micro-dollars; null if the amount is negative, too large, or has more than six decimals.</summary>
    public static long? ToMicros(decimal dollars) =>
        dollars is >= 0 and <= QuotaLimits.MaxLimit && decimal.IsInteger(dollars * MicrosPerDollar) ? (long)(dollars * MicrosPerDollar) : null;

    public static decimal ToDollars(long micros) => micros / MicrosPerDollar;
}
