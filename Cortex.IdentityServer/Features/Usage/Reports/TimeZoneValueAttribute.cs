using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Documents a query value that <see cref="TimeZoneNames"/> finds.</summary>
internal sealed class TimeZoneValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema)
    {
        schema.Default = "UTC";
        schema.MaxLength = TimeZoneNames.MaxLength;
    }
}
