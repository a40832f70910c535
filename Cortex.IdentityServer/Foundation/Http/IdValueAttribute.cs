using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadId"/> reads.</summary>
internal sealed class IdValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Format = "uuid";
}
