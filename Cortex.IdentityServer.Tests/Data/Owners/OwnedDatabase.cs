using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <summary>A database and the roles that use it, none of which is a superuser.</summary>
/// <param name="Superuser">How the operator of the cluster reaches it.</param>
/// <param name="Owner">How its owner does.</param>
internal sealed record OwnedDatabase(string Superuser, string Owner)
{
    private const string Password = "correct-horse";

    private const string People = """
        INSERT INTO users (id, email, password_hash) VALUES
            ('00000000-0000-4000-8000-0000000000d1', 'admin@example.com', 'x'), ('00000000-0000-4000-8000-0000000000d2', 'support@example.com', 'x'),
            ('00000000-0000-4000-8000-0000000000d3', 'user@example.com', 'x');
        INSERT INTO user_roles SELECT users.id, roles.id FROM users JOIN roles ON split_part(email, '@', 1) = name;
        INSERT INTO audit_events (id, occurred_at, action, outcome) SELECT gen_random_uuid(), now(), 'login.succeeded', 'success' FROM generate_series(1, 3);
        """;

    /// <summary>Empty, as <c>create role app login; create database app owner app</c> leaves it.</summary>
    public static async Task<OwnedDatabase> CreateAsync(PostgresCluster cluster) => await GiveAsync(await cluster.CreateDatabaseAsync(migrated: false));

    /// <summary>Gives an empty database of a superuser's to a role.</summary>
    public static async Task<OwnedDatabase> GiveAsync(string superuser)
    {
        var name = NameOf(superuser);
        await PythonDatabase.SqlAsync<object>(superuser, $"CREATE ROLE {name}_owner LOGIN PASSWORD '{Password}'; ALTER DATABASE {name} OWNER TO {name}_owner");
        return new(superuser, As(superuser, $"{name}_owner"));
    }

    /// <summary>The same, migrated by its owner.</summary>
    public static async Task<OwnedDatabase> MigratedAsync(PostgresCluster cluster)
    {
        var database = await CreateAsync(cluster);
        await PostgresCluster.MigrateAsync(database.Owner);
        return database;
    }

    /// <summary>As the release before <c>Portability</c> left it, with people in it; made by a superuser who is one no more.</summary>
    public static async Task<OwnedDatabase> ReleasedAsync(PostgresCluster cluster)
    {
        var database = await CreateAsync(cluster);
        var owner = RoleOf(database.Owner);
        await PythonDatabase.SqlAsync<object>(database.Superuser, $"ALTER ROLE {owner} SUPERUSER");
        await PythonDatabase.SqlAsync<object>(database.Owner, await ReadAsync("released-schema.sql"));
        await PythonDatabase.SqlAsync<object>(database.Owner, People);
        await PythonDatabase.SqlAsync<object>(database.Superuser, $"ALTER ROLE {owner} NOSUPERUSER");
        return database;
    }

    /// <summary>Another role; in the SQL that gives it rights, it is called <c>app</c>.</summary>
    public async Task<string> AddRoleAsync(string rights)
    {
        var role = $"{NameOf(Superuser)}_app";
        await PythonDatabase.SqlAsync<object>(Superuser, $"CREATE ROLE {role} LOGIN PASSWORD '{Password}'");
        var app = As(Superuser, role);
        await GrantAsync(app, rights);
        return app;
    }

    /// <summary>Another role, with the rights that docs/databases.md gives to the one that serves.</summary>
    public async Task<string> AddServingRoleAsync() => await AddRoleAsync(await GrantsAsync());

    /// <summary>Gives it these rights once more.</summary>
    public async Task GrantServingAsync(string role) => await GrantAsync(role, await GrantsAsync());

    private async Task GrantAsync(string role, string rights) =>
        await PythonDatabase.SqlAsync<object>(Owner, rights.Replace(" app", $" {RoleOf(role)}", StringComparison.Ordinal));

    public static string RoleOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Username!;

    public static string NameOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    private static string As(string connectionString, string role) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = role, Password = Password, Passfile = null }.ConnectionString;

    /// <summary>The statements of docs/databases.md, for the role <c>app</c>.</summary>
    private static async Task<string> GrantsAsync()
    {
        var document = await ReadAsync("../../../docs/databases.md");
        var start = document.IndexOf("GRANT USAGE ON SCHEMA", StringComparison.Ordinal);
        return document[start..document.IndexOf("```", start, StringComparison.Ordinal)].Replace("cortex_app", "app", StringComparison.Ordinal);
    }

    /// <summary>A file, whose path begins beside this one.</summary>
    private static Task<string> ReadAsync(string file, [CallerFilePath] string source = "") =>
        File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(source)!, file), TestContext.Current.CancellationToken);
}
