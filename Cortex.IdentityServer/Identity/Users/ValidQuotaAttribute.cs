using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the limits of a quota within a larger body.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ValidQuotaAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var errors = new List<ValidationResult>();
        return value is null || Validator.TryValidateObject(value, new ValidationContext(value), errors, validateAllProperties: true)
            ? ValidationResult.Success
            : new(
                $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(errors[0].MemberNames.First())}: {errors[0].ErrorMessage}",
                validationContext.MemberName is { } name ? [name] : null);
    }
}
