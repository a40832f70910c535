namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>What can be said of a text in the <c>X-API-Key</c> header before the database is asked.</summary>
internal enum ApiKeyKind
{
    /// <summary>Nothing anybody could have been given: refused.</summary>
    Invalid,

    /// <summary>Our shape with a wrong checksum, a typo or a guess: refused.</summary>
    Damaged,

    /// <summary>Another shape, perhaps the Python server's: hashed and looked up.</summary>
    Foreign,

    /// <summary>Our shape and the right checksum: hashed and looked up.</summary>
    Ours,
}
