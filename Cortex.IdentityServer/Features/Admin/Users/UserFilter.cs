namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Selects the users that match all given conditions.</summary>
/// <param name="Email">The beginning of the email, in any case.</param>
/// <param name="Tier">The subscription tier.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the email address is verified.</param>
/// <param name="Role">A role that the user has.</param>
internal sealed record UserFilter(string? Email, string? Tier, bool? IsActive, bool? IsVerified, string? Role)
{
    /// <summary>The names of the given conditions, for the audit log. Their values are left out, because they may contain an email.</summary>
    public string Names => string.Join(' ', new (string Name, object? Value)[]
    {
        ("email", Email), ("tier", Tier), ("is_active", IsActive), ("is_verified", IsVerified), ("role", Role),
    }.Where(filter => filter.Value is not null).Select(filter => filter.Name));
}
