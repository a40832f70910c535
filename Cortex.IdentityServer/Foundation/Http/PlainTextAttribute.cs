using System.ComponentModel.DataAnnotations;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Requires text that isn't blank and has no control characters. PostgreSQL can't even store NUL.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PlainTextAttribute() : ValidationAttribute("must be non-empty text without control characters")
{
    public override bool IsValid(object? value) =>
        value is null || (value is string text && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl));
}
