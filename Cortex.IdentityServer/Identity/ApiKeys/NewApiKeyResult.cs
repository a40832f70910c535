namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The outcome of creating or rotating an API key.</summary>
internal abstract record NewApiKeyResult
{
    private NewApiKeyResult()
    {
    }

    public sealed record Created(GeneratedApiKeyResponse Key) : NewApiKeyResult;

    /// <summary>The account has reached the limit of keys or of active keys.</summary>
    public sealed record LimitReached : NewApiKeyResult
    {
        public static LimitReached Instance { get; } = new();

        private LimitReached()
        {
        }
    }

    /// <param name="Choices">The allowed scopes.</param>
    public sealed record UnknownScope(string Choices) : NewApiKeyResult;

    /// <summary>The owner's roles don't allow a requested scope.</summary>
    public sealed record ForbiddenScope : NewApiKeyResult
    {
        public static ForbiddenScope Instance { get; } = new();

        private ForbiddenScope()
        {
        }
    }

    /// <summary>The key to rotate doesn't exist or belongs to another user.</summary>
    public sealed record NotFound : NewApiKeyResult
    {
        public static NotFound Instance { get; } = new();

        private NotFound()
        {
        }
    }

    /// <summary>The requesting session has ended in the meantime.</summary>
    public sealed record SessionEnded : NewApiKeyResult
    {
        public static SessionEnded Instance { get; } = new();

        private SessionEnded()
        {
        }
    }

    /// <summary>The key to rotate no longer works, or was already rotated.</summary>
    public sealed record NotRotatable : NewApiKeyResult
    {
        public static NotRotatable Instance { get; } = new();

        private NotRotatable()
        {
        }
    }
}
