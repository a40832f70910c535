using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Restricts a query value to the names of roles.</summary>
internal sealed class RoleValueAttribute() : WordValueAttribute([.. Role.All]);
