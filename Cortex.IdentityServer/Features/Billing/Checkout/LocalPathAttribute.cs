using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Requires a path on this website, so that nobody can be sent to another one.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LocalPathAttribute() : ValidationAttribute(
    $"must be a path on this website: at most {MaxLength} characters that begin with one slash, without backslashes and control characters"), IDescribesSchema
{
    private const int MaxLength = 1000;

    public override bool IsValid(object? value) =>
        value is null
        || (value is string { Length: <= MaxLength } path && path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
            && !path.Any(letter => letter == '\\' || char.IsControl(letter)));

    public void Describe(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength, schema.Pattern) = (1, MaxLength, @"^/(?!/)[^\\]*$");
}
