using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Restricts a query value to the granularities of usage.</summary>
internal sealed class GranularityValueAttribute() : WordValueAttribute(UsagePeriod.Granularities);
