using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>Who of the staff asks for a change.</summary>
/// <param name="Id">Their own account.</param>
/// <param name="SessionId">Their session.</param>
/// <param name="Client">Where it comes from.</param>
internal sealed record StaffMember(Guid Id, Guid SessionId, Client Client)
{
    public static StaffMember Of(HttpContext http) => new(http.User.UserId(), http.User.SessionId(), Client.OfAdministrator(http));
}

/// <summary>What somebody of the staff does to an account.</summary>
/// <param name="Action">One of <see cref="Audit.AuditAction"/>, for the log.</param>
/// <param name="UserId">Whose account.</param>
/// <param name="Staff">Who does it.</param>
/// <param name="Role">What it takes: <see cref="Role.Admin"/>, or <see cref="Role.Support"/>, which administrators may do too.</param>
internal sealed record StaffAct(string Action, Guid UserId, StaffMember Staff, string Role)
{
    /// <summary>Whether the account is gone after it.</summary>
    public bool IsDeletion { get; init; }
}
