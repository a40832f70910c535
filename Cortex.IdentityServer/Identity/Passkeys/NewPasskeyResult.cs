namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The outcome of adding a passkey.</summary>
internal abstract record NewPasskeyResult
{
    private NewPasskeyResult()
    {
    }

    public sealed record Added(PasskeyResponse Passkey) : NewPasskeyResult;

    /// <summary>The account has as many as one may have.</summary>
    public sealed record TooMany : NewPasskeyResult
    {
        public static TooMany Instance { get; } = new();

        private TooMany()
        {
        }
    }

    /// <summary>The session that asks for it has ended meanwhile.</summary>
    public sealed record SessionEnded : NewPasskeyResult
    {
        public static SessionEnded Instance { get; } = new();

        private SessionEnded()
        {
        }
    }

    /// <summary>The challenge is unknown, too old or used, or was for something else.</summary>
    public sealed record InvalidChallenge : NewPasskeyResult
    {
        public static InvalidChallenge Instance { get; } = new();

        private InvalidChallenge()
        {
        }
    }

    /// <summary>It doesn't answer the challenge, or somebody has it already.</summary>
    public sealed record Refused : NewPasskeyResult
    {
        public static Refused Instance { get; } = new();

        private Refused()
        {
        }
    }
}
