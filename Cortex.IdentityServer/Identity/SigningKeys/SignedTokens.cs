namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>How long the tokens are accepted that the keys sign.</summary>
internal static class SignedTokens
{
    /// <summary>Half an hour: <c>expires_in</c> is 1800.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>How far the clocks of two machines may differ; the framework's default of five minutes would make a 30-minute token live 35.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);
}
