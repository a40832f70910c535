using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A server on a database in which several rows already shared one address.</summary>
public sealed class TwinnedApp(PostgresCluster cluster) : ConfiguredCostApp(cluster)
{
    public static Guid Unicode { get; } = new("00000000-0000-4000-8000-0000000000d1");

    public static Guid Punycode { get; } = new("00000000-0000-4000-8000-0000000000d2");

    private static readonly string Rows = $"""
        INSERT INTO users (id, email, password_hash, created_at) VALUES
            ('{Unicode}', 'twin@bücher.example', '{PythonHashes.Bcrypt2b}', '2024-01-01Z'),
            ('{Punycode}', 'twin@xn--bcher-kva.example', '{PythonHashes.Bcrypt2b}', '2024-01-02Z');
        INSERT INTO users (email, password_hash, created_at)
        SELECT name || '@' || domain, '{PythonHashes.Bcrypt2b}', '2024-01-01Z'::timestamptz + place * interval '1 day'
        FROM unnest(ARRAY['gone', 'left', 'moved', 'first', 'second', 'helped', 'reset']) AS name CROSS
            JOIN unnest(ARRAY['bücher.example', 'xn--bcher-kva.example']) WITH ORDINALITY AS domains (domain, place)
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
    public async Task Rows_that_differ_in_Punycode_stay_two_accounts_and_each_spelling_logs_in_to_its_own()
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
    public async Task An_address_stays_taken_while_one_of_two_accounts_remains(string gone, string left)
    {
        await app.SqlAsync("DELETE FROM users WHERE email = $1", gone);

        await ShouldBeTakenAsync(gone, left);
        await app.LogInAsync(new(default, gone, PythonDatabase.Password));
        await app.LogInAsync(new(default, left, PythonDatabase.Password));
    }

    [Fact]
    public async Task An_account_that_leaves_a_shared_address_does_not_share_its_new_one()
    {
        await app.SqlAsync("UPDATE users SET email = 'alone@example.com' WHERE email = 'moved@xn--bcher-kva.example'");
        await app.SqlAsync("UPDATE users SET email = 'alone2@example.com' WHERE email = 'moved@bücher.example'");

        await ShouldBeTakenAsync("alone@example.com", "Alone2@example.com");
        await app.RegisterAsync("moved@xn--bcher-kva.example");
        await ShouldBeTakenAsync("moved@bücher.example");
    }

    /// <remarks>The owner has a second factor, so that no address becomes known and each login would reset the count of unknown callers.</remarks>
    [Theory]
    [InlineData("first@bücher.example", "First@BÜCHER.example", "first@xn--bcher-kva.example")]
    [InlineData("second@xn--bcher-kva.example", "Second@XN--bcher-kva.example", "second@bücher.example")]
    public async Task The_owner_of_one_account_cannot_reset_the_wrong_password_count_of_the_other(string guessed, string alsoGuessed, string own)
    {
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE email = $1", own);

        for (var guess = 0; guess < 5; guess++)
        {
            await (await TryAsync(guess % 2 == 0 ? guessed : alsoGuessed, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");
            await (await TryAsync(own, PythonDatabase.Password)).ShouldBeProblemAsync(401, "two_factor_required");
        }

        await ClientAddressApp.ShouldBeThrottledAsync(await TryAsync(alsoGuessed, PythonDatabase.Password), 1);
        await (await TryAsync(own, PythonDatabase.Password)).ShouldBeProblemAsync(401, "two_factor_required");
    }

    [Fact]
    public async Task Support_sees_and_unlocks_each_of_two_accounts_separately()
    {
        var unicode = await IdOfAsync("helped@bücher.example");
        var punycode = await IdOfAsync("helped@xn--bcher-kva.example");
        var (_, support) = await app.QuickStaffAsync("support");
        await FailFiveTimesAsync("helped@xn--bcher-kva.example");
        Assert.False(await IsLockedAsync(support, unicode));
        Assert.True(await IsLockedAsync(support, punycode));

        await (await support.HelpAsync(unicode, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);
        await ClientAddressApp.ShouldBeThrottledAsync(await TryAsync("helped@xn--bcher-kva.example", PythonDatabase.Password), 1);
        await (await support.HelpAsync(punycode, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.False(await IsLockedAsync(support, punycode));
        await (await TryAsync("helped@xn--bcher-kva.example", PythonDatabase.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_emailed_reset_ends_the_lockout_of_its_own_account_only()
    {
        string[] emails = ["reset@bücher.example", "reset@xn--bcher-kva.example"];
        foreach (var email in emails)
        {
            await FailFiveTimesAsync(email);
        }

        // Both addresses belong to the same mailbox.
        await (await app.RequestPasswordResetAsync(emails[1])).ShouldBeAsync(HttpStatusCode.Accepted);
        var token = await app.NewestTokenAsync(emails[0], "reset_password");
        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await app.LogInAsync(new(default, emails[1], EmailSteps.NewPassword));
        await ClientAddressApp.ShouldBeThrottledAsync(await TryAsync(emails[0], PythonDatabase.Password), 1);
    }

    private Task<HttpResponseMessage> TryAsync(string email, string password) => app.Anonymous().PostAsync("/api/v1/auth/login", new { email, password });

    private async Task FailFiveTimesAsync(string email)
    {
        for (var time = 0; time < 5; time++)
        {
            await (await TryAsync(email, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");
        }
    }

    private async Task<Guid> IdOfAsync(string email) => (Guid)(await app.SqlAsync("SELECT id FROM users WHERE email = $1", email))!;

    private static async Task<bool> IsLockedAsync(HttpClient support, Guid user) =>
        (await support.DetailsAsync(user)).GetProperty("locked_until").ValueKind != JsonValueKind.Null;

    private async Task ShouldBeTakenAsync(params string[] emails)
    {
        foreach (var email in emails)
        {
            await (await app.Anonymous().PostAsync("/api/v1/auth/register", new { email, password = TestUser.DefaultPassword }))
                .ShouldBeProblemAsync(409, "email_taken");
        }
    }
}
