using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The name of an action.</summary>
internal sealed class AuditActionValueAttribute() : WordValueAttribute([.. AuditAction.All]);
