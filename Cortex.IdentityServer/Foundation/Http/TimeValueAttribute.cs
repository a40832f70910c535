using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadTime"/> reads.</summary>
internal sealed class TimeValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Format = "date-time";
}
