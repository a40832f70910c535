namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>When keys take turns: each is published before it signs, signs for a period, and is kept until the last token that it signed has ended.</summary>
internal static class SigningKeySchedule
{
    /// <summary>For how long services may keep the list of keys without asking again (<c>Cache-Control</c> of the list).</summary>
    public static readonly TimeSpan ListLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The key that signs now. One that should have been followed goes on, as there is no better one while the database is gone.</summary>
    public static SigningKey? Current(IEnumerable<SigningKey> keys, DateTimeOffset now) =>
        CanSign(keys).Where(key => key.Row.UsedFrom <= now).MaxBy(key => key.Row.UsedFrom);

    /// <summary>The key that signs last, as long as none is made to follow it.</summary>
    public static SigningKey? Last(IEnumerable<SigningKey> keys) => CanSign(keys).MaxBy(key => key.Row.UsedFrom);

    /// <summary>From when on a key would sign that has to be made now; null when none has to be made.</summary>
    public static DateTimeOffset? NextUse(IReadOnlyCollection<SigningKey> keys, DateTimeOffset now, SigningOptions options)
    {
        if (Current(keys, now) is null)
        {
            return now;
        }

        // After a long stop the last key signs for longer than planned, rather than the next one unannounced.
        var end = Last(keys)!.Row.UsedUntil;
        var announced = now + options.Lead;
        return end > announced ? null : announced;
    }

    public static DateTimeOffset KeptUntil(DateTimeOffset usedUntil) => usedUntil + SignedTokens.Lifetime + SignedTokens.ClockSkew;

    private static IEnumerable<SigningKey> CanSign(IEnumerable<SigningKey> keys) => keys.Where(key => key.Credentials is not null);
}
