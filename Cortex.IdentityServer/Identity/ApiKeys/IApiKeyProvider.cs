namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Finds out whose key a text is, for <see cref="ApiKeyAuthenticationHandler"/> and introspection.</summary>
internal interface IApiKeyProvider
{
    /// <summary>What is known without asking the database, or null.</summary>
    ApiKeyVerdict? Recall(ApiKeyCandidate candidate);

    /// <summary>Whether it was somebody's key when the database was last asked.</summary>
    bool WasKnown(ApiKeyCandidate candidate);

    /// <summary>Asks the database about a text that <see cref="Recall"/> knows nothing of.</summary>
    Task<ApiKeyVerdict> FindAsync(ApiKeyCandidate candidate, CancellationToken cancellationToken);
}
