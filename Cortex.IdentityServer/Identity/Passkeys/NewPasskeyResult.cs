namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The outcome of registering a passkey.</summary>
internal abstract record NewPasskeyResult
{
    private NewPasskeyResult()
    {
    }

    public sealed record Added(PasskeyResponse Passkey) : NewPasskeyResult;

    /// <summary>The account has reached the limit of passkeys.</summary>
    public sealed record LimitReached : NewPasskeyResult
    {
        public static LimitReached Instance { get; } = new();

        private LimitReached()
        {
        }
    }

    /// <summary>The requesting session has ended in the meantime.</summary>
    public sealed record SessionEnded : NewPasskeyResult
    {
        public static SessionEnded Instance { get; } = new();

        private SessionEnded()
        {
        }
    }

    /// <summary>The challenge is unknown, expired, or already used, or was created for another purpose.</summary>
    public sealed record InvalidChallenge : NewPasskeyResult
    {
        public static InvalidChallenge Instance { get; } = new();

        private InvalidChallenge()
        {
        }
    }

    /// <summary>The credential doesn't answer the challenge, or is already registered.</summary>
    public sealed record Refused : NewPasskeyResult
    {
        public static Refused Instance { get; } = new();

        private Refused()
        {
        }
    }
}
