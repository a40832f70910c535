using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>A role, which grants rights beyond the user's own account.</summary>
public class Role : IdentityRole<Guid>
{
    /// <summary>Administrators have every right.</summary>
    public const string Admin = "admin";

    /// <summary>Support staff can view everything and help users regain access to their accounts, except for administrators' accounts.</summary>
    public const string Support = "support";

    /// <summary>
    /// The role of accounts that represent a service rather than a person. Their API keys can report usage for other keys, but they have no administrative
    /// rights.
    /// </summary>
    public const string Service = "service";

    /// <summary>All roles. The migration creates them with the same IDs in every database.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Support, Service];
}
