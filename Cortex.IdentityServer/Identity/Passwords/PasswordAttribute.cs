using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>
/// Validates the length of a password in a request. The maximum of 256 characters bounds the cost of hashing. A password may consist of spaces only.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PasswordAttribute() : ValidationAttribute(Message), IDescribesSchema
{
    private static readonly string Message = string.Create(CultureInfo.InvariantCulture, $"must be 1 to {PasswordRules.MaxLength} characters long");

    public override bool IsValid(object? value) => value is not string password || PasswordRules.LengthOf(password) is > 0 and <= PasswordRules.MaxLength;

    public void Describe(OpenApiSchema schema) => (schema.Format, schema.MaxLength) = ("password", PasswordRules.MaxLength);
}
