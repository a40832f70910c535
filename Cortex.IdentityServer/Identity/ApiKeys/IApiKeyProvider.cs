namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Tells whose key a text is, for <see cref="ApiKeyAuthenticationHandler"/> and introspection.</summary>
internal interface IApiKeyProvider
{
    /// <summary>What is known without asking the database, or null.</summary>
    ApiKeyVerdict? Recall(string text);

    /// <summary>Whether it was somebody's key when the database was last asked.</summary>
    bool WasKnown(string text);

    Task<ApiKeyVerdict> FindAsync(string text, CancellationToken cancellationToken);
}
