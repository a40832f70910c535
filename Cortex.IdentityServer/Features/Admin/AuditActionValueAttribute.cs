using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>Restricts a query value to the names of audit actions.</summary>
internal sealed class AuditActionValueAttribute() : WordValueAttribute([.. AuditAction.All]);
