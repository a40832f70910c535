using System.Text.Json.Serialization;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Baselines;

/// <summary>
/// The baseline for requests: Kestrel and a minimal API without middleware. <c>/</c> returns a constant, and <c>/row</c> returns one row of users.
/// </summary>
internal static class BareServer
{
    private const string Sql = """
        SELECT id, email, coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false),
            coalesce(two_factor_enabled, false), created_at, updated_at
        FROM users WHERE id = $1
        """;

    public static async Task RunAsync(IConfiguration arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(arguments.Text("url"));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, BareJson.Default));
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(arguments.Text("database")) { MaxPoolSize = 40, MaxAutoPrepare = 20, NoResetOnClose = true }.ConnectionString);
        await using var app = builder.Build();
        var user = Guid.Parse(arguments.Text("user"));
        app.MapGet("/", () => new Status("ok"));
        app.MapGet("/row", () => ReadAsync(database, user));
        await app.RunAsync();
    }

    private static async Task<Row> ReadAsync(NpgsqlDataSource database, Guid user)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5),
            row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7));
    }
}

/// <summary>A small response.</summary>
internal sealed record Status(string Text);

/// <summary>The response of <c>GET /me</c>.</summary>
internal sealed record Row(
    Guid Id, string Email, string SubscriptionTier, bool IsActive, bool IsVerified, bool TwoFactorEnabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Source-generated JSON, like the server's.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(Row))]
internal sealed partial class BareJson : JsonSerializerContext;
