namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Gives and takes the role as an operator at the database would.</summary>
internal static class Administrators
{
    public static async Task MakeAdminAsync(this CortexApp app, Guid userId)
    {
        await app.SqlAsync("INSERT INTO roles (name, normalized_name) SELECT 'admin', 'admin' WHERE NOT EXISTS (SELECT FROM roles WHERE name = 'admin')");
        await app.SqlAsync("INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = 'admin'", userId);
    }

    /// <summary>A new administrator, logged in.</summary>
    public static async Task<(TestUser User, Tokens Tokens, HttpClient Http)> SignedInAdminAsync(this CortexApp app)
    {
        var user = await app.RegisterAsync();
        await app.MakeAdminAsync(user.Id);
        var tokens = await app.LogInAsync(user);
        return (user, tokens, app.WithToken(tokens.AccessToken));
    }
}
