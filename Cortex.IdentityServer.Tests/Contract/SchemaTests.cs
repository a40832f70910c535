using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Contract;

/// <remarks>
/// Other applications rely on the four documented tables, so their documented columns never change, and additional columns must not break an INSERT.
/// </remarks>
public sealed class SchemaTests(PostgresCluster cluster)
{
    /// <summary>The documented columns in PostgreSQL's notation: name, type, nullability, and default.</summary>
    private static readonly Dictionary<string, string[]> Documented = new()
    {
        ["users"] =
        [
            "id uuid NOT NULL DEFAULT gen_random_uuid()", "email character varying(255) NOT NULL", "password_hash character varying(255) NOT NULL",
            "api_key character varying(255)", "subscription_tier character varying(50) DEFAULT 'free'::character varying",
            "is_active boolean DEFAULT true", "is_verified boolean DEFAULT false", "two_factor_enabled boolean DEFAULT false",
            "two_factor_secret character varying(255)", "created_at timestamp with time zone DEFAULT now()",
            "updated_at timestamp with time zone DEFAULT now()",
        ],
        ["api_keys"] =
        [
            "id uuid NOT NULL DEFAULT gen_random_uuid()", "user_id uuid NOT NULL", "key_hash character varying(255) NOT NULL",
            "name character varying(255)", "is_active boolean DEFAULT true", "created_at timestamp with time zone DEFAULT now()",
            "last_used_at timestamp with time zone",
        ],
        ["usage_logs"] =
        [
            "id uuid NOT NULL DEFAULT gen_random_uuid()", "user_id uuid NOT NULL", "api_key_id uuid", "endpoint character varying(255) NOT NULL",
            "tokens_used integer DEFAULT 0", "cost_usd numeric(10,6) DEFAULT 0.0", "provider character varying(50)", "response_time_ms integer",
            "status_code integer", "error_message text", "created_at timestamp with time zone DEFAULT now()",
        ],
        ["billing_events"] =
        [
            "id uuid NOT NULL DEFAULT gen_random_uuid()", "user_id uuid NOT NULL", "event_type character varying(100) NOT NULL",
            "polar_event_id character varying(255) NOT NULL", "data text", "processed boolean DEFAULT false",
            "created_at timestamp with time zone DEFAULT now()",
        ],
    };

    private static readonly Dictionary<string, string[]> DocumentedRules = new()
    {
        ["users"] = ["PRIMARY KEY (id)", "CREATE UNIQUE INDEX USING btree (api_key)", "CREATE UNIQUE INDEX USING btree (email)"],
        ["api_keys"] = ["PRIMARY KEY (id)", "CREATE UNIQUE INDEX USING btree (key_hash)", "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE"],
        ["usage_logs"] =
        [
            "PRIMARY KEY (id)", "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
            "FOREIGN KEY (api_key_id) REFERENCES api_keys(id) ON DELETE SET NULL",
        ],
        ["billing_events"] =
            ["PRIMARY KEY (id)", "CREATE UNIQUE INDEX USING btree (polar_event_id)", "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE"],
    };

    [Theory]
    [InlineData("users")]
    [InlineData("api_keys")]
    [InlineData("usage_logs")]
    [InlineData("billing_events")]
    public async Task A_documented_table_has_its_columns_and_others_are_optional_in_an_insert(string table)
    {
        var schema = await Schema.ReadAsync(await cluster.CreateDatabaseAsync());
        var columns = schema.Columns.Where(column => column.Table == table).ToList();
        var documented = Documented[table];

        Assert.Equal(documented, columns.Take(documented.Length).Select(column => column.ToString()));
        Assert.All(columns.Skip(documented.Length), column => Assert.True(column.IsNullable || column.Default is not null, column.ToString()));
    }

    [Theory]
    [InlineData("users")]
    [InlineData("api_keys")]
    [InlineData("usage_logs")]
    [InlineData("billing_events")]
    public async Task A_documented_table_has_its_constraints(string table)
    {
        var rules = (await Schema.ReadAsync(await cluster.CreateDatabaseAsync())).Rules
            .Where(rule => rule.Table == table)
            .Select(rule => rule.Definition)
            .ToList();

        Assert.Superset(DocumentedRules[table].ToHashSet(), rules.ToHashSet());
        Assert.Equal(rules.Count, rules.Distinct().Count());
    }

    /// <remarks>After an intended change, replace the snapshot with the .received.txt file.</remarks>
    [Fact]
    public async Task The_documented_tables_change_only_on_purpose()
    {
        var actual = (await Schema.ReadAsync(await cluster.CreateDatabaseAsync())).ToString();

        var verified = Beside("schema.verified.txt");
        var expected = File.Exists(verified) ? await File.ReadAllTextAsync(verified, TestContext.Current.CancellationToken) : "";
        if (actual != expected)
        {
            await File.WriteAllTextAsync(Beside("schema.received.txt"), actual, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task Every_change_of_the_model_has_a_migration()
    {
        await using var source = NpgsqlDataSource.Create(await cluster.CreateDatabaseAsync());
        await using var db = new CortexDbContext(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql(source).Options);

        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(TestContext.Current.CancellationToken));
    }

    /// <remarks>A column that is in EF Core's model but not in the database would cause a 500.</remarks>
    [Fact]
    public async Task Every_column_of_the_model_is_in_the_database()
    {
        await using var source = NpgsqlDataSource.Create(await cluster.CreateDatabaseAsync());
        await using var db = new CortexDbContext(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql(source).Options);

        foreach (var entity in db.Model.GetEntityTypes())
        {
            var names = entity.GetProperties().Select(property => $"\"{property.GetColumnName()}\"");
            await using var command = source.CreateCommand($"SELECT {string.Join(", ", names)} FROM {entity.GetTableName()} LIMIT 0");
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    private static string Beside(string file, [CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, file);
}
