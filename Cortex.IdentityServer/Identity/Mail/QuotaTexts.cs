namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The sentences of the emails about quotas.</summary>
internal static class QuotaTexts
{
    /// <summary>The value of the detail <c>period</c> if the quota counts for the period of a subscription rather than for a calendar month.</summary>
    public const string BillingPeriod = "billing";

    /// <summary>Tells that 80% of a quota is used, and what happens when it is used up.</summary>
    public static string Warning(IReadOnlyDictionary<string, string> details) =>
        $"{Owner(details)} has used at least 80% of its {Metric(details)} quota for this {Period(details)}: {Amounts(details)}. "
        + (IsHard(details)
            ? "When the quota is used up, requests are refused until "
            : $"Requests are still accepted when it is used up. {NewPeriod(details)} begins on ")
        + $"{Find(details, "resets_at")}.";

    /// <summary>Tells that a quota is used up, and what happens now.</summary>
    public static string UsedUp(IReadOnlyDictionary<string, string> details) =>
        $"{Owner(details)} has used up its {Metric(details)} quota for this {Period(details)}: {Amounts(details)}. "
        + (IsHard(details) ? "Requests are refused until " : $"Requests are still accepted. {NewPeriod(details)} begins on ")
        + $"{Find(details, "resets_at")}.";

    private static string Owner(IReadOnlyDictionary<string, string> details) =>
        details.TryGetValue("key_prefix", out var prefix) ? $"Your API key {prefix}…" : "Your account";

    private static string Period(IReadOnlyDictionary<string, string> details) => Find(details, "period") == BillingPeriod ? "billing period" : "month";

    private static string NewPeriod(IReadOnlyDictionary<string, string> details) => $"A new {Period(details)}";

    private static string Metric(IReadOnlyDictionary<string, string> details) => Find(details, "metric") switch
    {
        "tokens" => "token",
        "cost_usd" => "cost",
        _ => "request",
    };

    private static string Amounts(IReadOnlyDictionary<string, string> details) => Find(details, "metric") == "cost_usd"
        ? $"${Find(details, "used")} of ${Find(details, "limit")}"
        : $"{Find(details, "used")} of {Find(details, "limit")}";

    private static bool IsHard(IReadOnlyDictionary<string, string> details) => Find(details, "mode") == "hard";

    private static string Find(IReadOnlyDictionary<string, string> details, string name) => details.GetValueOrDefault(name, "");
}
