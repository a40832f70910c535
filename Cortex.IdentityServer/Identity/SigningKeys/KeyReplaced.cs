namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <param name="Kid">The new key.</param>
/// <param name="SignsFrom">From when on it signs.</param>
/// <param name="Removed">Keys that are gone: those that leaked, or would have come after the new one.</param>
internal sealed record KeyReplaced(string Kid, DateTimeOffset SignsFrom, int Removed);
