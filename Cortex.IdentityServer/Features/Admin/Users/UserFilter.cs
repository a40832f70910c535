namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Which users: those for which all that is given holds.</summary>
/// <param name="Email">How their email begins, in any case.</param>
/// <param name="Tier">Their subscription tier.</param>
/// <param name="IsActive">Whether the account may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="Role">A role that they have.</param>
internal sealed record UserFilter(string? Email, string? Tier, bool? IsActive, bool? IsVerified, string? Role)
{
    /// <summary>The names of what is given, for the log: never the texts, which may be an email.</summary>
    public string Names => string.Join(' ', new (string Name, object? Value)[]
    {
        ("email", Email), ("tier", Tier), ("is_active", IsActive), ("is_verified", IsVerified), ("role", Role),
    }.Where(filter => filter.Value is not null).Select(filter => filter.Name));
}
