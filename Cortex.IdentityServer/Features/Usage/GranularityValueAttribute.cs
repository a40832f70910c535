using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>A piece of time.</summary>
internal sealed class GranularityValueAttribute() : WordValueAttribute(UsagePeriod.Granularities);
