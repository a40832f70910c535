using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the form of a tier's name; <see cref="KnownTiers"/> checks whether the tier exists.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TierAttribute() : ValidationAttribute($"must be the name of a tier with at most {TierName.MaxLength} characters"), IDescribesSchema
{
    public override bool IsValid(object? value) => value is null || (value is string tier && TierName.IsValid(tier));

    public void Describe(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength) = (1, TierName.MaxLength);
}
