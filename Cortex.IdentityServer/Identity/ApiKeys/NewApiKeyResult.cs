namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The outcome of making a key.</summary>
internal abstract record NewApiKeyResult
{
    public sealed record Made(GeneratedApiKeyResponse Key) : NewApiKeyResult;

    /// <summary>The account has as many keys, or as many active ones, as one may have.</summary>
    public sealed record TooMany : NewApiKeyResult;

    /// <param name="Choices">The scopes that may be chosen.</param>
    public sealed record UnknownScope(string Choices) : NewApiKeyResult;

    /// <summary>A scope that the owner's roles don't allow.</summary>
    public sealed record ForbiddenScope : NewApiKeyResult;

    /// <summary>The key to be replaced isn't there, or isn't the caller's.</summary>
    public sealed record NotFound : NewApiKeyResult;

    /// <summary>The session that asks for it has ended meanwhile.</summary>
    public sealed record SessionEnded : NewApiKeyResult;

    /// <summary>The key to be replaced doesn't work any more, or was replaced already.</summary>
    public sealed record NotReplaceable : NewApiKeyResult;
}
