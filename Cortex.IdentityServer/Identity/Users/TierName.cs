namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the name of a subscription tier. Every name that fits the documented column is valid, because other programs also name tiers.</summary>
internal static class TierName
{
    /// <summary>The length of the column, in characters.</summary>
    public const int MaxLength = 50;

    public static bool IsValid(string name) =>
        name.EnumerateRunes().Count() is > 0 and <= MaxLength && !EmailAddress.HasLoneSurrogate(name) && !name.Any(char.IsControl);
}
