namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>A network from which a user logged in, so that guesses from elsewhere don't keep the owner out.</summary>
internal sealed class LoginAddress
{
    public const int NetworkLength = 64;

    public Guid UserId { get; init; }

    /// <summary>An IPv4 address, or the /64 of an IPv6 one.</summary>
    public required string Network { get; init; }

    public DateTimeOffset LastLoginAt { get; init; }
}
