using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Restricts a query value to the granularities of usage.</summary>
internal sealed class GranularityValueAttribute() : WordValueAttribute(ReportPeriod.Granularities);
