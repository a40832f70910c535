using System.ComponentModel.DataAnnotations;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A line of text that a person reads: no control characters (PostgreSQL can't even store NUL) and not only spaces.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PlainTextAttribute() : ValidationAttribute("must be non-empty text without control characters")
{
    public override bool IsValid(object? value) =>
        value is null || (value is string text && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl));
}
