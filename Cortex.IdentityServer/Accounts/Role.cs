using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Accounts;

/// <summary>What a user may do beyond their own account.</summary>
public class Role : IdentityRole<Guid>
{
    /// <summary>May do everything.</summary>
    public const string Admin = "admin";
}
