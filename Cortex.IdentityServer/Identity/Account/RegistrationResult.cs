using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The outcome of a registration.</summary>
internal abstract record RegistrationResult
{
    private RegistrationResult()
    {
    }

    public sealed record Registered(User User) : RegistrationResult;

    public sealed record Taken : RegistrationResult
    {
        public static Taken Instance { get; } = new();

        private Taken()
        {
        }
    }

    public sealed record Invalid(string Reason) : RegistrationResult;

    /// <summary>The hashing queue is full.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : RegistrationResult;
}
