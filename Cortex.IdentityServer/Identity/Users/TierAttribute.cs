using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the form of a tier's name; <see cref="KnownTiers"/> checks whether the tier exists.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TierAttribute() : ValidationAttribute($"must be the name of a tier, of at most {TierName.Longest} characters"), IDescribesSchema
{
    public override bool IsValid(object? value) => value is null || (value is string tier && TierName.CanBe(tier));

    public void Describe(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength) = (1, TierName.Longest);
}
