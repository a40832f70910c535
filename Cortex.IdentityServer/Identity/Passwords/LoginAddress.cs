namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>A network from which a user logged in. It has its own failure count, so guesses from elsewhere don't lock the owner out.</summary>
internal sealed class LoginAddress
{
    public const int NetworkLength = 64;

    public Guid UserId { get; init; }

    /// <summary>An IPv4 address, or the /64 prefix of an IPv6 address.</summary>
    public required string Network { get; init; }

    public DateTimeOffset LastLoginAt { get; init; }
}
