using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>A password as it comes in: at most 256 characters, so that nobody makes the server hash a book. It may be all spaces.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PasswordAttribute() : ValidationAttribute(Message), IDescribesSchema
{
    private static readonly string Message = string.Create(CultureInfo.InvariantCulture, $"must be 1 to {PasswordRules.MaxLength} characters long");

    public override bool IsValid(object? value) => value is not string password || PasswordRules.LengthOf(password) is > 0 and <= PasswordRules.MaxLength;

    public void Describe(OpenApiSchema schema) => (schema.Format, schema.MaxLength) = ("password", PasswordRules.MaxLength);
}
