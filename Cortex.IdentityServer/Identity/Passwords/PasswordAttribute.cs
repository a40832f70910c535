using System.ComponentModel.DataAnnotations;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>A password as it comes in: at most 256 characters, so that nobody makes the server hash a book. It may be all spaces.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PasswordAttribute() : ValidationAttribute("must be 1 to 256 characters long")
{
    public const int Longest = 256;

    public override bool IsValid(object? value) => value is not string { Length: var length } password
        || (length > 0 && (length <= Longest || (length <= 2 * Longest && password.EnumerateRunes().Count() <= Longest)));
}
