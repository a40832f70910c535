using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>What somebody of the staff does to an account.</summary>
/// <param name="Action">One of <see cref="Identity.Audit.AuditAction"/>, for the log.</param>
/// <param name="UserId">Whose account.</param>
/// <param name="Staff">Who does it.</param>
/// <param name="Role">What it takes: <see cref="Role.Admin"/>, or <see cref="Role.Support"/>, which administrators may do too.</param>
internal sealed record StaffAct(string Action, Guid UserId, StaffMember Staff, string Role)
{
    /// <summary>Whether the account is gone after it.</summary>
    public bool IsDeletion { get; init; }
}
