namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Grants roles directly in the database, as an operator would.</summary>
internal static class Administrators
{
    public const string Users = "/api/v1/admin/users";

    public static Task MakeAdminAsync(this CortexApp app, Guid userId) => app.GrantRoleAsync(userId, "admin");

    public static Task GrantRoleAsync(this CortexApp app, Guid userId, string role) =>
        app.SqlAsync("INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = $2", userId, role);

    /// <summary>Creates an administrator without a second factor and logs in.</summary>
    public static async Task<(TestUser User, Tokens Tokens, HttpClient Http)> SignUpAdminAsync(this CortexApp app)
    {
        var user = await app.RegisterAsync();
        await app.MakeAdminAsync(user.Id);
        var tokens = await app.LogInAsync(user);
        return (user, tokens, app.WithToken(tokens.AccessToken));
    }

    /// <summary>Creates a staff member with the second factor that the administration routes require, and logs in.</summary>
    public static async Task<TwoFactorUser> SignUpStaffAsync(this CortexApp app, string role = "admin")
    {
        var staff = await app.SignUpWithTwoFactorAsync();
        await app.GrantRoleAsync(staff.User.Id, role);
        return staff;
    }
}
