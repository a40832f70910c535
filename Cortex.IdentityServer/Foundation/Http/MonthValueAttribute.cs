using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a parameter that <see cref="QueryReader.ReadMonth"/> reads.</summary>
internal sealed class MonthValueAttribute : QueryValueAttribute
{
    public override void Describe(OpenApiSchema schema) => schema.Pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$";
}
