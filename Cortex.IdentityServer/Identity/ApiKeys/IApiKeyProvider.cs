namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Looks up API keys for <see cref="ApiKeyAuthenticationHandler"/> and introspection.</summary>
internal interface IApiKeyProvider
{
    /// <summary>The cached verdict, or null if only the database can tell.</summary>
    ApiKeyVerdict? FindCached(ApiKeyCandidate candidate);

    /// <summary>Whether the last query found this key.</summary>
    bool WasKnown(ApiKeyCandidate candidate);

    /// <summary>Queries the database for a candidate that <see cref="FindCached"/> can't decide.</summary>
    Task<ApiKeyVerdict> FindAsync(ApiKeyCandidate candidate, CancellationToken cancellationToken);
}
