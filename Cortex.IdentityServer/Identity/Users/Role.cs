using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>What a user may do beyond their own account.</summary>
public class Role : IdentityRole<Guid>
{
    /// <summary>May do everything.</summary>
    public const string Admin = "admin";

    /// <summary>May look at everything and help people back into their accounts, but for those of administrators.</summary>
    public const string Support = "support";

    /// <summary>For accounts that stand for a service and not for a person: their API keys may report usage for other keys. No right to administer.</summary>
    public const string Service = "service";

    /// <summary>The roles that exist; the migration makes them, with the same ids in every database.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Support, Service];
}
