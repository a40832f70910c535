using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>For <see cref="QueryReader.Time"/>.</summary>
internal sealed class TimeValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Format = "date-time";
}
