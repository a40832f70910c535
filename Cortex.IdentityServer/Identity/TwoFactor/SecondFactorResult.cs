namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The outcome of a second factor.</summary>
internal abstract record SecondFactorResult
{
    public sealed record Accepted : SecondFactorResult;

    /// <summary>Wrong, too old, or used before.</summary>
    public sealed record Wrong : SecondFactorResult;

    public sealed record Locked(TimeSpan RetryAfter) : SecondFactorResult;
}
