using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Admin.Adjustments;

/// <summary>Requires an exact amount of US dollars, positive or negative.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SignedAmountAttribute()
    : ValidationAttribute("must be a number from -9999.999999 to 9999.999999 with at most six decimals"), IDescribesSchema
{
    public override bool IsValid(object? value) => value is null || (value is string text && MicroDollars.TryParse(text, out _));

    public void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Number | JsonSchemaType.String | JsonSchemaType.Null;
        schema.Minimum = "-9999.999999";
        schema.Maximum = "9999.999999";
    }
}
