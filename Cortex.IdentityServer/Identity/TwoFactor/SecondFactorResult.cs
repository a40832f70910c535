namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The outcome of a second factor.</summary>
internal abstract record SecondFactorResult
{
    private SecondFactorResult()
    {
    }

    public sealed record Accepted : SecondFactorResult
    {
        public static Accepted Instance { get; } = new();

        private Accepted()
        {
        }
    }

    /// <summary>Wrong, too old, or used before.</summary>
    public sealed record Wrong : SecondFactorResult
    {
        public static Wrong Instance { get; } = new();

        private Wrong()
        {
        }
    }

    public sealed record Locked(TimeSpan RetryAfter) : SecondFactorResult;
}
