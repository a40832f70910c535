using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Documents an exact amount of US dollars, which clients send as a number or, if their JSON library rounds numbers, as a string.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CostAttribute : Attribute, IDescribesSchema
{
    public void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Number | JsonSchemaType.String | JsonSchemaType.Null;
        schema.Minimum = "0";
        schema.Maximum = "9999.999999";
    }
}
