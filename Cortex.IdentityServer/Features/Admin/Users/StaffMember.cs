using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Who of the staff asks for a change.</summary>
/// <param name="Id">Their own account.</param>
/// <param name="SessionId">Their session.</param>
/// <param name="Origin">Where it comes from.</param>
internal sealed record StaffMember(Guid Id, Guid SessionId, RequestOrigin Origin)
{
    public static StaffMember Of(HttpContext http) => new(http.User.UserId(), http.User.SessionId(), http.AdministratorOrigin());
}
