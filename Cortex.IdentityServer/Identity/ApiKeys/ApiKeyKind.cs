namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The classification of a string in the <c>X-API-Key</c> header by its format, before the database is queried.</summary>
internal enum ApiKeyKind
{
    /// <summary>The string can't be a key that any server issued, so it is rejected.</summary>
    Invalid,

    /// <summary>The string has this server's format but the wrong checksum. It is a typo or a guess, so it is rejected.</summary>
    Damaged,

    /// <summary>The string has another format, perhaps the Python server's, so it is hashed and looked up.</summary>
    Foreign,

    /// <summary>The string has this server's format and the right checksum, so it is hashed and looked up.</summary>
    Ours,
}
