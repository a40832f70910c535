using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The outcome of authorizing a staff member.</summary>
/// <param name="Roles">All of their roles; empty if they are refused.</param>
/// <param name="Refusal">Why they aren't authorized; null if they are.</param>
internal readonly record struct StaffAuthorization(string[] Roles, Refusal? Refusal);
