namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The lifetime of signed tokens.</summary>
internal static class SignedTokens
{
    /// <summary>30 minutes; <c>expires_in</c> is 1800.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>The tolerated difference between two machines' clocks. With the framework's default of five minutes, a 30-minute token would last 35.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);
}
