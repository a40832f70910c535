namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Gives and takes roles as an operator at the database would.</summary>
internal static class Administrators
{
    public const string Users = "/api/v1/admin/users";

    public static Task MakeAdminAsync(this CortexApp app, Guid userId) => app.GiveRoleAsync(userId, "admin");

    public static Task GiveRoleAsync(this CortexApp app, Guid userId, string role) =>
        app.SqlAsync("INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = $2", userId, role);

    /// <summary>A new administrator, logged in without a second factor.</summary>
    public static async Task<(TestUser User, Tokens Tokens, HttpClient Http)> SignedInAdminAsync(this CortexApp app)
    {
        var user = await app.RegisterAsync();
        await app.MakeAdminAsync(user.Id);
        var tokens = await app.LogInAsync(user);
        return (user, tokens, app.WithToken(tokens.AccessToken));
    }

    /// <summary>A new member of the staff with the second factor that administration asks for, logged in.</summary>
    public static async Task<TwoFactorUser> SignedInStaffAsync(this CortexApp app, string role = "admin")
    {
        var staff = await app.WithTwoFactorAsync();
        await app.GiveRoleAsync(staff.User.Id, role);
        return staff;
    }
}
