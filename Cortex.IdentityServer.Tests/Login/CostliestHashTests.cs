using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>
/// A wrong password takes as long as the costliest hash of any account. Otherwise the response time would distinguish an account that was imported with a
/// costly hash from an unknown email.
/// </summary>
public sealed class CostliestHashTests(ConfiguredCostApp app) : IClassFixture<ConfiguredCostApp>
{
    private const string Password = "correct horse";

    [Theory]
    [InlineData(null, null)]
    [InlineData("4", null)]
    [InlineData("10", null)]
    [InlineData("13", 13)]
    [InlineData("16", 16)]
    [InlineData("17", null)]
    [InlineData("99", null)]
    [InlineData("!", null)]
    public async Task The_highest_bcrypt_cost_is_found(string? cost, int? costliest)
    {
        await app.SqlAsync("DELETE FROM users");
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ('cheap@example.com', $1)", Bcrypt("05"));
        if (cost is not null)
        {
            await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ('costly@example.com', $1)", cost == "!" ? cost : Bcrypt(cost.PadLeft(2, '0')));
        }

        var found = await CostliestAsync();

        Assert.Equal(costliest ?? (cost is "10" ? 10 : 5), found.BcryptCost);
    }

    [Theory]
    [InlineData(PythonHashes.Sha256V1, 4)]
    [InlineData(PythonHashes.Sha256V2, 4)]
    [InlineData(PythonHashes.BcryptCost12, 12)]
    [InlineData(PythonHashes.Bcrypt2a, 4)]
    [InlineData(PythonHashes.Bcrypt2y, 4)]
    public async Task The_cost_is_read_from_each_hash_format(string hash, int cost)
    {
        await app.SqlAsync("DELETE FROM users");
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ('one@example.com', $1)", hash);

        Assert.Equal(cost, (await CostliestAsync()).BcryptCost);
    }

    [Fact]
    public async Task The_Identity_hash_with_the_most_iterations_is_found()
    {
        await app.SqlAsync("DELETE FROM users");
        foreach (var hash in new[]
        {
            PythonHashes.IdentityV3Sha1, PythonHashes.IdentityV3, PythonHashes.IdentityV3Sha256, "AQAAAA====", "AQAAAA" + new string('!', 60),
            new string('A', 100),
        })
        {
            await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, $2)", app.NewEmail(), hash);
        }

        Assert.Equal(PythonHashes.IdentityV3, (await CostliestAsync()).Pbkdf2);
    }

    [Fact]
    public async Task The_costliest_hash_is_found_with_an_index()
    {
        await app.SqlAsync("DELETE FROM users");
        await app.SqlAsync(
            "INSERT INTO users (email, password_hash) SELECT 'many' || number || '@example.com', $1 FROM generate_series(1, 20000) AS number", Bcrypt("10"));
        await app.SqlAsync("ANALYZE users");

        var plan = await PlanAsync($"SELECT {CostliestHash.Columns}");

        Assert.Contains("ix_users_by_bcrypt_cost", plan, StringComparison.Ordinal);
        Assert.Contains("ix_users_by_pbkdf2_iterations", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_takes_the_same_time_for_all_emails_when_one_account_has_a_costly_hash()
    {
        await app.SqlAsync("DELETE FROM users");
        var registered = await app.RegisterAsync();
        string[] emails = ["costly@example.com", registered.Email, "nobody@example.com", "cheap@example.com", "identity@example.com", "none@example.com"];
        foreach (var (email, hash) in new[]
        {
            (emails[0], BCrypt.Net.BCrypt.HashPassword(Password, workFactor: 13)), (emails[3], PythonHashes.BcryptCost5),
            (emails[4], PythonHashes.IdentityV3Sha1), (emails[5], "!"),
        })
        {
            await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, $2)", email, hash);
        }

        // The test takes the fastest attempts, and more of them if the times differ, because a busy machine only slows them down. Cost 13 takes eight times as
        // long as cost 10, which is far outside the bounds.
        var fastest = emails.ToDictionary(email => email, _ => double.MaxValue);
        bool IsSame(double time) => time / fastest["nobody@example.com"] is >= 0.5 and <= 2;
        for (var i = 0; i < 2 || (i < 15 && !fastest.Values.All(IsSame)); i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(16));
            foreach (var email in emails)
            {
                var started = Stopwatch.GetTimestamp();
                await (await LogInAsync(email, "wrong")).ShouldBeProblemAsync(401, "invalid_credentials");
                fastest[email] = Math.Min(fastest[email], Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        Assert.All(fastest.Values, time => Assert.True(IsSame(time), string.Join(", ", fastest)));

        // When its owner logs in, the hash is renewed at the configured cost, and all logins become faster again.
        await (await LogInAsync(emails[0], Password)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(10, (await CostliestAsync()).BcryptCost);
    }

    [Theory]
    [InlineData(10, null, 10)]
    [InlineData(12, 10, 12)]
    [InlineData(10, 13, 13)]
    [InlineData(10, 16, 14)]
    [InlineData(15, 16, 15)]
    [InlineData(16, 16, 16)]
    public void The_padding_is_bounded(int cost, int? costliest, int paddedTo)
    {
        var bcrypt = app.Services.GetRequiredService<BcryptEngine>();

        Assert.Equal(1L << paddedTo, new CostliestHash(costliest, null).RoundsAt(cost, bcrypt));
        Assert.True(new CostliestHash(costliest, PythonHashes.IdentityV3).RoundsAt(cost, bcrypt) >= 1L << paddedTo);
    }

    private static string Bcrypt(string cost) => $"$2b${cost}$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

    private async Task<CostliestHash> CostliestAsync()
    {
        await using var scope = app.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<LoginAccounts>()
            .FindAsync("nobody@example.com", "203.0.113.9", TestContext.Current.CancellationToken)).Costliest;
    }

    private async Task<string> PlanAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var command = source.CreateCommand("EXPLAIN " + sql);
        await using var lines = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plan = "";
        while (await lines.ReadAsync(TestContext.Current.CancellationToken))
        {
            plan += lines.GetString(0) + "\n";
        }

        return plan;
    }

    private Task<HttpResponseMessage> LogInAsync(string email, string password) => app.Anonymous().PostAsync("/api/v1/auth/login", new { email, password });
}
