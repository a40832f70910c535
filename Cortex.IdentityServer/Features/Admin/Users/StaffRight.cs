using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <param name="Roles">All that they have; none where they are refused.</param>
/// <param name="Refusal">Why they may not; null when they may.</param>
internal readonly record struct StaffRight(string[] Roles, Refusal? Refusal);
