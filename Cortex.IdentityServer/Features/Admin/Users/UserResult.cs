using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The outcome of making or changing an account.</summary>
internal abstract record UserResult
{
    private UserResult()
    {
    }

    /// <param name="Account">As it is now.</param>
    public sealed record Done(ManagedAccount Account) : UserResult;

    public sealed record Refused(Refusal Refusal) : UserResult;
}
