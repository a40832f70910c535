namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The decision whether a password attempt is admitted.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    public sealed record Admitted(AdmittedAttempt Attempt) : Admission;

    /// <summary>There were too many failures or too many concurrent attempts, so no password is checked until the given time has passed.</summary>
    public sealed record Refused(TimeSpan RetryAfter) : Admission;
}
