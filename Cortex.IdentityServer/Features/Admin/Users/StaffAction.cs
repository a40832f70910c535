using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>A change that a staff member makes to an account.</summary>
/// <param name="Action">One of <see cref="Identity.Audit.AuditAction"/>, for the log.</param>
/// <param name="UserId">The user whose account is changed.</param>
/// <param name="Staff">The staff member who makes the change.</param>
/// <param name="Role">The required role: <see cref="Role.Admin"/>, or <see cref="Role.Support"/>, which administrators satisfy too.</param>
internal sealed record StaffAction(string Action, Guid UserId, StaffMember Staff, string Role)
{
    /// <summary>Whether the change deletes the account.</summary>
    public bool IsDeletion { get; init; }
}
