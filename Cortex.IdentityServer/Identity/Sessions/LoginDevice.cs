namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>What a user logs in with, so that the first login from somewhere else is told to them.</summary>
internal sealed class LoginDevice
{
    /// <summary>How long one that isn't used is remembered.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(365);

    public Guid UserId { get; init; }

    /// <summary>A hash of network and kind of program.</summary>
    public required byte[] Device { get; init; }

    public DateTimeOffset LastLoginAt { get; init; }
}
