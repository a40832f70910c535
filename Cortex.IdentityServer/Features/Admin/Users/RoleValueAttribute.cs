using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The name of a role.</summary>
internal sealed class RoleValueAttribute() : WordValueAttribute([.. Role.All]);
