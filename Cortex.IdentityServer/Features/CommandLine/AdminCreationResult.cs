using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The outcome of creating or promoting an administrator.</summary>
internal abstract record AdminCreationResult
{
    private AdminCreationResult()
    {
    }

    public sealed record Created(Guid UserId) : AdminCreationResult;

    /// <param name="User">The user whose account already existed.</param>
    /// <param name="IsNew">False if the user already had the role, so that nothing was changed.</param>
    public sealed record Promoted(User User, bool IsNew) : AdminCreationResult;

    public sealed record Refused(string Reason) : AdminCreationResult;
}
