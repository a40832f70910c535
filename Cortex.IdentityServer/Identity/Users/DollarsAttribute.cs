using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates an amount of dollars that limits a quota.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DollarsAttribute() : ValidationAttribute("must be from 0 to 1000000000000 with at most six decimals"), IDescribesSchema
{
    public override bool IsValid(object? value) => value is null || (value is decimal dollars && QuotaAmount.ToMicros(dollars) is not null);

    public void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Number | JsonSchemaType.String | JsonSchemaType.Null;
        schema.Minimum = "0";
        schema.Maximum = QuotaLimits.MaxLimit.ToString(CultureInfo.InvariantCulture);
    }
}
