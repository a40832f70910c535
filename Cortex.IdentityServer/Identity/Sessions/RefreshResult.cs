namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The outcome of a refresh.</summary>
internal abstract record RefreshResult
{
    private RefreshResult()
    {
    }

    public sealed record Refreshed(TokenResponse Tokens) : RefreshResult;

    /// <summary>The token has expired, or its session has ended.</summary>
    public sealed record Invalid : RefreshResult
    {
        public static Invalid Instance { get; } = new();

        private Invalid()
        {
        }
    }

    /// <summary>The token was used before, so the whole session has been ended (RFC 9700 section 4.14.2).</summary>
    public sealed record Reused : RefreshResult
    {
        public static Reused Instance { get; } = new();

        private Reused()
        {
        }
    }
}
