namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The outcome of checking a second factor.</summary>
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

    /// <summary>The code is wrong, expired, or already used.</summary>
    public sealed record Wrong : SecondFactorResult
    {
        public static Wrong Instance { get; } = new();

        private Wrong()
        {
        }
    }

    public sealed record Locked(TimeSpan RetryAfter) : SecondFactorResult;
}
