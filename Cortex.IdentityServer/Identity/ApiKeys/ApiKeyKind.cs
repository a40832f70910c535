namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>What the format of a string in the <c>X-API-Key</c> header reveals before the database is queried.</summary>
internal enum ApiKeyKind
{
    /// <summary>Can't be a key that any server issued: rejected.</summary>
    Invalid,

    /// <summary>Has our format but the wrong checksum, so it is a typo or a guess: rejected.</summary>
    Damaged,

    /// <summary>Has another format, perhaps the Python server's: hashed and looked up.</summary>
    Foreign,

    /// <summary>Has our format and the right checksum: hashed and looked up.</summary>
    Ours,
}
