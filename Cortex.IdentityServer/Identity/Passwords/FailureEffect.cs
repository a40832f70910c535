namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>What a failure did to the count that it is in.</summary>
internal enum FailureEffect
{
    /// <summary>At most the next attempt has to wait.</summary>
    None,

    /// <summary>All attempts are refused for fifteen minutes.</summary>
    Locked,

    /// <summary>Strangers may try no more.</summary>
    Blocked,
}
