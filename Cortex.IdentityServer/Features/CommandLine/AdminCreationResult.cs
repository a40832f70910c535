using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>What became of an administrator that the operator wants.</summary>
internal abstract record AdminCreationResult
{
    private AdminCreationResult()
    {
    }

    public sealed record Created(Guid UserId) : AdminCreationResult;

    /// <param name="User">Whose account was there before.</param>
    /// <param name="IsNew">False where it had the role already, and nothing was changed.</param>
    public sealed record Promoted(User User, bool IsNew) : AdminCreationResult;

    public sealed record Refused(string Reason) : AdminCreationResult;
}
