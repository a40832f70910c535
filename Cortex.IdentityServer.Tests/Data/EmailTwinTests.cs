using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A server on a database in which several rows had one address before it came.</summary>
public sealed class TwinnedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public static Guid Unicode { get; } = new("00000000-0000-4000-8000-0000000000d1");

    public static Guid Punycode { get; } = new("00000000-0000-4000-8000-0000000000d2");

    private static readonly string Rows = $"""
        INSERT INTO users (id, email, password_hash, created_at) VALUES
            ('{Unicode}', 'twin@bücher.example', '{PythonHashes.Bcrypt2b}', '2024-01-01Z'),
            ('{Punycode}', 'twin@xn--bcher-kva.example', '{PythonHashes.Bcrypt2b}', '2024-01-02Z');
        INSERT INTO users (email, password_hash, created_at)
        SELECT name || '@' || domain, '{PythonHashes.Bcrypt2b}', '2024-01-01Z'::timestamptz + place * interval '1 day'
        FROM unnest(ARRAY['gone', 'left', 'moved']) AS name CROSS JOIN unnest(ARRAY['bücher.example', 'xn--bcher-kva.example']) WITH ORDINALITY AS domains (domain, place)
        """;

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        var database = await PythonDatabase.CreateAsync(cluster, PythonDatabase.Documented, Rows);
        await PostgresCluster.MigrateAsync(database);
        return database;
    }
}

public sealed class EmailTwinTests(TwinnedApp app) : IClassFixture<TwinnedApp>
{
    [Fact]
    public async Task Rows_that_differ_in_Punycode_stay_two_accounts_and_each_spelling_logs_into_its_own()
    {
        foreach (var (email, id) in new[]
        {
            ("twin@bücher.example", TwinnedApp.Unicode), ("TWIN@BÜCHER.EXAMPLE", TwinnedApp.Unicode), ("twin@bu\u0308cher.example", TwinnedApp.Unicode),
            ("twin@xn--bcher-kva.example", TwinnedApp.Punycode), ("Twin@XN--bcher-kva.example", TwinnedApp.Punycode),
        })
        {
            var tokens = await app.LogInAsync(new(id, email, PythonDatabase.Password));
            var me = await (await app.WithToken(tokens.AccessToken).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);

            Assert.Equal(id, me.GetProperty("id").GetGuid());
        }

        await ShouldBeTakenAsync("twin@bücher.example", "twin@xn--bcher-kva.example");
    }

    [Theory]
    [InlineData("gone@bücher.example", "gone@xn--bcher-kva.example")]
    [InlineData("left@xn--bcher-kva.example", "left@bücher.example")]
    public async Task An_address_stays_taken_while_one_of_the_two_is_left(string gone, string left)
    {
        await app.SqlAsync("DELETE FROM users WHERE email = $1", gone);

        await ShouldBeTakenAsync(gone, left);
        await app.LogInAsync(new(default, gone, PythonDatabase.Password));
        await app.LogInAsync(new(default, left, PythonDatabase.Password));
    }

    [Fact]
    public async Task Whoever_moves_away_from_a_shared_address_has_the_new_one_alone()
    {
        await app.SqlAsync("UPDATE users SET email = 'alone@example.com' WHERE email = 'moved@xn--bcher-kva.example'");
        await app.SqlAsync("UPDATE users SET email = 'alone2@example.com' WHERE email = 'moved@bücher.example'");

        await ShouldBeTakenAsync("alone@example.com", "Alone2@example.com");
        await app.RegisterAsync("moved@xn--bcher-kva.example");
        await ShouldBeTakenAsync("moved@bücher.example");
    }

    private async Task ShouldBeTakenAsync(params string[] emails)
    {
        foreach (var email in emails)
        {
            await (await app.Anonymous().PostAsync("/api/v1/auth/register", new { email, password = TestUser.DefaultPassword })).ShouldBeProblemAsync(409, "email_taken");
        }
    }
}
