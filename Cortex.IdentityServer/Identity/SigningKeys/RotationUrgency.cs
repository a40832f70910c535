namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The urgency of a key rotation, which determines how soon a new signing key takes over.</summary>
internal enum RotationUrgency
{
    /// <summary>After the regular lead time, when services that cache the key list for hours have fetched the new key.</summary>
    Announced,

    /// <summary>As soon as all replicas publish the new key and services that honor the list's <c>Cache-Control</c> have fetched it.</summary>
    Soon,

    /// <summary>Immediately, because the old keys have leaked: tokens that any other key signed are rejected.</summary>
    AtOnce,
}
