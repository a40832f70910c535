using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <summary>A database and the roles that use it, none of which is a superuser.</summary>
/// <param name="Superuser">The connection string of the cluster's operator.</param>
/// <param name="Owner">The connection string of the database's owner.</param>
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

    /// <summary>Creates an empty database, as <c>create role app login; create database app owner app</c> does.</summary>
    public static async Task<OwnedDatabase> CreateAsync(PostgresCluster cluster) => await GiveAsync(await cluster.CreateDatabaseAsync(migrated: false));

    /// <summary>Transfers a superuser's empty database to a new role.</summary>
    public static async Task<OwnedDatabase> GiveAsync(string superuser)
    {
        var name = NameOf(superuser);
        await PythonDatabase.SqlAsync<object>(superuser, $"CREATE ROLE {name}_owner LOGIN PASSWORD '{Password}'; ALTER DATABASE {name} OWNER TO {name}_owner");
        return new(superuser, As(superuser, $"{name}_owner"));
    }

    /// <summary>Creates a database that its owner has migrated.</summary>
    public static async Task<OwnedDatabase> MigratedAsync(PostgresCluster cluster)
    {
        var database = await CreateAsync(cluster);
        await PostgresCluster.MigrateAsync(database.Owner);
        return database;
    }

    /// <summary>Creates a database of the release before <c>Portability</c>, with users, whose creator is no longer a superuser.</summary>
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

    /// <summary>Adds a role. The SQL that grants its privileges calls it <c>app</c>.</summary>
    public async Task<string> AddRoleAsync(string rights)
    {
        var role = $"{NameOf(Superuser)}_app";
        await PythonDatabase.SqlAsync<object>(Superuser, $"CREATE ROLE {role} LOGIN PASSWORD '{Password}'");
        var app = As(Superuser, role);
        await GrantAsync(app, rights);
        return app;
    }

    /// <summary>Adds a role with the privileges that docs/databases.md grants to the serving role.</summary>
    /// <param name="newFunction">A function that the database doesn't have before it is migrated, so that nobody can be allowed to call it; or null.</param>
    public async Task<string> AddServingRoleAsync(string? newFunction = null) => await AddRoleAsync(string.Join(
        '\n', (await GrantsAsync()).Split('\n').Where(line => newFunction is null || !line.Contains(newFunction, StringComparison.Ordinal))));

    /// <summary>Grants these privileges again.</summary>
    public async Task GrantServingAsync(string role) => await GrantAsync(role, await GrantsAsync());

    private async Task GrantAsync(string role, string rights) =>
        await PythonDatabase.SqlAsync<object>(Owner, rights.Replace(" app", $" {RoleOf(role)}", StringComparison.Ordinal));

    public static string RoleOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Username!;

    public static string NameOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    private static string As(string connectionString, string role) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = role, Password = Password, Passfile = null }.ConnectionString;

    /// <summary>Returns the statements of docs/databases.md, for the role <c>app</c>.</summary>
    private static async Task<string> GrantsAsync()
    {
        var document = await ReadAsync("../../../docs/databases.md");
        var start = document.IndexOf("GRANT USAGE ON SCHEMA", StringComparison.Ordinal);
        return document[start..document.IndexOf("```", start, StringComparison.Ordinal)].Replace("cortex_app", "app", StringComparison.Ordinal);
    }

    /// <summary>Reads a file by its path relative to this one.</summary>
    private static Task<string> ReadAsync(string file, [CallerFilePath] string source = "") =>
        File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(source)!, file), TestContext.Current.CancellationToken);
}
