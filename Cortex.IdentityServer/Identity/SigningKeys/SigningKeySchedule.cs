namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>
/// The schedule of signing keys: each is published before it signs, signs for a period, and is kept until the last token that it signed has expired.
/// </summary>
internal static class SigningKeySchedule
{
    /// <summary>How long services may cache the key list (its <c>Cache-Control</c>).</summary>
    public static readonly TimeSpan ListLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The key that signs now. A key whose successor is overdue keeps signing, because there is no better one while the database is unavailable.
    /// </summary>
    public static SigningKey? Current(IEnumerable<SigningKey> keys, DateTimeOffset now) =>
        CanSign(keys).Where(key => key.Row.UsedFrom <= now).MaxBy(key => key.Row.UsedFrom);

    /// <summary>The key that signs last until a successor is created.</summary>
    public static SigningKey? Last(IEnumerable<SigningKey> keys) => CanSign(keys).MaxBy(key => key.Row.UsedFrom);

    /// <summary>When the key that must be created now would start signing; null if none is due.</summary>
    public static DateTimeOffset? NextUse(IReadOnlyCollection<SigningKey> keys, DateTimeOffset now, SigningOptions options)
    {
        if (Current(keys, now) is null)
        {
            return now;
        }

        // After a long outage, the last key signs longer than planned, so that no key signs before it was published.
        var end = Last(keys)!.Row.UsedUntil;
        var announced = now + options.Lead;
        return end > announced ? null : announced;
    }

    public static DateTimeOffset KeptUntil(DateTimeOffset usedUntil) => usedUntil + SignedTokens.Lifetime + SignedTokens.ClockSkew;

    private static IEnumerable<SigningKey> CanSign(IEnumerable<SigningKey> keys) => keys.Where(key => key.Credentials is not null);
}
