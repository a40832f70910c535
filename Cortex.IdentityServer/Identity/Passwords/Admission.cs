namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Whether a password may be tried now.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    public sealed record Admitted(AdmittedAttempt Attempt) : Admission;

    /// <summary>Too many failures, or too many at once: no password is looked at for this long.</summary>
    public sealed record Refused(TimeSpan RetryAfter) : Admission;
}
