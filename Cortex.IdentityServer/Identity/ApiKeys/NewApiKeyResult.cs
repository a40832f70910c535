namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The outcome of making a key.</summary>
internal abstract record NewApiKeyResult
{
    private NewApiKeyResult()
    {
    }

    public sealed record Made(GeneratedApiKeyResponse Key) : NewApiKeyResult;

    /// <summary>The account has as many keys, or as many active ones, as one may have.</summary>
    public sealed record TooMany : NewApiKeyResult
    {
        public static TooMany Instance { get; } = new();

        private TooMany()
        {
        }
    }

    /// <param name="Choices">The scopes that may be chosen.</param>
    public sealed record UnknownScope(string Choices) : NewApiKeyResult;

    /// <summary>A scope that the owner's roles don't allow.</summary>
    public sealed record ForbiddenScope : NewApiKeyResult
    {
        public static ForbiddenScope Instance { get; } = new();

        private ForbiddenScope()
        {
        }
    }

    /// <summary>The key to be replaced isn't there, or isn't the caller's.</summary>
    public sealed record NotFound : NewApiKeyResult
    {
        public static NotFound Instance { get; } = new();

        private NotFound()
        {
        }
    }

    /// <summary>The session that asks for it has ended meanwhile.</summary>
    public sealed record SessionEnded : NewApiKeyResult
    {
        public static SessionEnded Instance { get; } = new();

        private SessionEnded()
        {
        }
    }

    /// <summary>The key to be replaced doesn't work any more, or was replaced already.</summary>
    public sealed record NotReplaceable : NewApiKeyResult
    {
        public static NotReplaceable Instance { get; } = new();

        private NotReplaceable()
        {
        }
    }
}
