using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The outcome of creating or updating an account.</summary>
internal abstract record UserResult
{
    private UserResult()
    {
    }

    /// <param name="Account">The account in its current state.</param>
    public sealed record Done(ManagedAccount Account) : UserResult;

    public sealed record Refused(Refusal Refusal) : UserResult;
}
