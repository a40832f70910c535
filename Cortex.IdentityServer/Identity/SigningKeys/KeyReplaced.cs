namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The result of replacing the signing keys.</summary>
/// <param name="Kid">The id of the new key.</param>
/// <param name="SignsFrom">When the new key starts signing.</param>
/// <param name="Removed">The number of keys that were removed, because they leaked or would have followed the new one.</param>
internal sealed record KeyReplaced(string Kid, DateTimeOffset SignsFrom, int Removed);
