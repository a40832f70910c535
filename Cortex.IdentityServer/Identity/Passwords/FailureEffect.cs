namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The effect of a failed attempt on further attempts.</summary>
internal enum FailureEffect
{
    /// <summary>At most, the next attempt is delayed.</summary>
    None,

    /// <summary>All attempts are rejected for fifteen minutes.</summary>
    Locked,

    /// <summary>Attempts from unknown networks are blocked.</summary>
    Blocked,
}
