using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Leaves an email as it was typed: the database folds it where it compares.</summary>
internal sealed class NoNormalizer : ILookupNormalizer
{
    public string? NormalizeEmail(string? email) => email;

    public string? NormalizeName(string? name) => name;
}
