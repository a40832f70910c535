using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Restricts a query value to the groupings of usage.</summary>
internal sealed class UsageGroupValueAttribute() : WordValueAttribute([.. UsageReport.Groups]);
