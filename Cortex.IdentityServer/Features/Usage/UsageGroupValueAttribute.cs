using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>What usage is grouped by.</summary>
internal sealed class UsageGroupValueAttribute() : WordValueAttribute([.. UsageReport.Groups]);
