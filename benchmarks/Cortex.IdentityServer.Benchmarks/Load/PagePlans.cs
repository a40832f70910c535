using System.Text.Json;
using Cortex.IdentityServer.Features.Admin.Users;
using Npgsql;

namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Prints PostgreSQL's plans of the statements that the server uses for the first and last pages of lists of users, as JSON by name.</summary>
internal static class PagePlans
{
    private const int Limit = 50;

    private static readonly UserFilter AllUsers = new(Email: null, Tier: null, IsActive: null, IsVerified: null, Role: null);

    private static readonly (string Name, UserFilter Filter, UserOrder Order)[] Cases =
    [
        ("all users, newest first", AllUsers, new(ByEmail: false, IsDescending: true)),
        ("all users, by email", AllUsers, new(ByEmail: true, IsDescending: false)),
        ("tier=pro, is_active=true, is_verified=true", AllUsers with
        {
            Tier = "pro", IsActive = true, IsVerified = true,
        }, new(ByEmail: false, IsDescending: true)),
    ];

    public static async Task RunAsync(IConfiguration arguments)
    {
        await using var database = NpgsqlDataSource.Create(arguments.Text("database"));
        var pages = new UserPages(database);
        var plans = new Dictionary<string, string[]>();
        foreach (var (name, filter, order) in Cases)
        {
            // The last page starts where the first page in the opposite order ends.
            var backwards =
                (await pages.PageAsync(filter, order with { IsDescending = !order.IsDescending }, after: null, Limit, CancellationToken.None)).Next!;
            plans[$"{name}: first page"] = await ExplainAsync(database, filter, order, after: null);
            plans[$"{name}: last page"] = await ExplainAsync(database, filter, order, backwards with { Order = order });
        }

        Console.WriteLine(JsonSerializer.Serialize(plans));
    }

    private static async Task<string[]> ExplainAsync(NpgsqlDataSource database, UserFilter filter, UserOrder order, UserCursor? after)
    {
        var sql = new UserPageSql(filter, order, filter.Tier is { } tier ? [tier] : ["enterprise", "free", "pro"], after, Limit + 1);
        await using var command = sql.Command(database, "EXPLAIN (ANALYZE, COSTS OFF) " + sql.Page);
        await using var lines = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await lines.ReadAsync())
        {
            plan.Add(lines.GetString(0));
        }

        return [.. plan];
    }
}
