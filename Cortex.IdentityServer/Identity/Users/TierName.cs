namespace Cortex.IdentityServer.Identity.Users;

/// <summary>What a subscription tier can be called: anything that the documented column holds, as other programs name tiers too.</summary>
internal static class TierName
{
    /// <summary>Of the column, in characters.</summary>
    public const int Longest = 50;

    public static bool CanBe(string name) =>
        name.EnumerateRunes().Count() is > 0 and <= Longest && !EmailAddress.HasHalfCharacter(name) && !name.Any(char.IsControl);
}
