using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The staff member who makes a request.</summary>
/// <param name="Id">The id of their account.</param>
/// <param name="SessionId">The id of their session.</param>
/// <param name="Origin">The origin of the request.</param>
internal sealed record StaffMember(Guid Id, Guid SessionId, RequestOrigin Origin)
{
    public static StaffMember Of(HttpContext http) => new(http.User.UserId(), http.User.SessionId(), http.AdministratorOrigin());
}
