using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Validates the form of role names; whether a role exists is checked against the database.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RoleNamesAttribute() : ValidationAttribute("must be at most 16 role names"), IDescribesSchema
{
    private const int MaxRoles = 16;
    private const int MaxNameLength = 64;

    public override bool IsValid(object? value) =>
        value is null
            || (value is string?[] names && names.Length <= MaxRoles
                && names.All(name => name is { Length: > 0 and <= MaxNameLength } && !name.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter))));

    public void Describe(OpenApiSchema schema) => schema.MaxItems = MaxRoles;
}
