namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>How soon a new signing key takes over.</summary>
internal enum RotationUrgency
{
    /// <summary>When services that keep the list of keys for hours know it.</summary>
    Announced,

    /// <summary>When all replicas publish it and services that keep the list of keys for as long as it says know it.</summary>
    Soon,

    /// <summary>Now, and what any other key has signed is refused: it leaked.</summary>
    AtOnce,
}
