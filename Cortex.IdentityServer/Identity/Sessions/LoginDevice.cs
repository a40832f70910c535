namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A device that a user has logged in with. The first login from any other device sends the user a notice.</summary>
internal sealed class LoginDevice
{
    /// <summary>How long a device is remembered after its last login.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(365);

    public Guid UserId { get; init; }

    /// <summary>A hash of the network and the kind of user agent.</summary>
    public required byte[] Device { get; init; }

    public DateTimeOffset LastLoginAt { get; init; }
}
