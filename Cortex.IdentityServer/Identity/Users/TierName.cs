namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the name of a subscription tier. Every name that fits the documented column is valid, because other programs also name tiers.</summary>
internal static class TierName
{
    /// <summary>The length of the column, in characters.</summary>
    public const int Longest = 50;

    public static bool CanBe(string name) =>
        name.EnumerateRunes().Count() is > 0 and <= Longest && !EmailAddress.HasHalfCharacter(name) && !name.Any(char.IsControl);
}
