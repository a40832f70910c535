using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Documents the filter by status: <c>error</c> or a code.</summary>
internal sealed class EventStatusValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Pattern = "^(error|[1-5][0-9]{2})$";
}
