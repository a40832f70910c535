using System.Net;
using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A server whose operator has turned up logging to find a fault.</summary>
public sealed class ChattyApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        new[] { "Default", "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Npgsql" }.Select(category => ($"Logging:LogLevel:{category}", "Trace"));
}

/// <remarks>A dump of the database and the log, even together, are useless to an attacker (OWASP ASVS 11.5.1 and 16.2.5).</remarks>
public sealed class LeakTests(ChattyApp app) : IClassFixture<ChattyApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Email = "Marked.Mailbox@leak.example";
    private const string WrongPassword = "marked-wrong-password-5b1";
    private const string NewPassword = "marked-new-password-7c2";
    private const string ResetPassword = "marked-reset-password-9d3";
    private const string UnknownEmail = "unknown.mailbox@leak.example";
    private const string NextEmail = "Next.Mailbox@leak.example";

    /// <summary>The secrets that clients sent or received, each with its kind.</summary>
    private readonly List<(string What, string Value)> _secrets =
        [("password", "marked-password-3a9"), ("wrong password", WrongPassword), ("new password", NewPassword), ("password by mail", ResetPassword)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Neither_the_database_nor_the_log_contains_a_credential_and_the_log_contains_no_email()
    {
        await TourAsync();
        var log = app.Log;
        var dump = await DumpAsync();

        // Both have content, so the checks below aren't vacuous.
        Assert.Contains("Debug: ", log, StringComparison.Ordinal);
        Assert.Contains(NextEmail, dump, StringComparison.Ordinal);
        Assert.True(_secrets.Count > 20, "the tour collected too little");
        foreach (var (what, value) in _secrets)
        {
            Assert.False(log.Contains(value, StringComparison.OrdinalIgnoreCase), $"the log holds a {what}:\n{Around(log, value)}");
            Assert.False(dump.Contains(value, StringComparison.OrdinalIgnoreCase), $"the database holds a {what}:\n{Around(dump, value)}");
        }

        Assert.False(log.Contains("leak.example", StringComparison.OrdinalIgnoreCase), $"the log holds an email:\n{Around(log, "leak.example")}");
    }

    private async Task TourAsync()
    {
        var password = _secrets[0].Value;
        var anonymous = app.Anonymous();
        await (await anonymous.PostAsync(Auth + "register", new { email = Email, password })).ShouldBeAsync(HttpStatusCode.Created);
        await (await anonymous.PostAsync(Auth + "register", new { email = Email, password })).ShouldBeAsync(HttpStatusCode.Conflict);
        await (await anonymous.PostAsync(Auth + "login", new { email = Email, password = WrongPassword })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await anonymous.PostAsync(Auth + "login", new { email = UnknownEmail, password = WrongPassword })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await anonymous.PostTextAsync(Auth + "login", $$"""{"email":"{{Email}}","password":"{{WrongPassword}}","passwort":"{{WrongPassword}}"}"""))
            .ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await anonymous.PostTextAsync(Auth + "login", $$"""{"email":"{{Email}}","password":"{{WrongPassword}}"""))
            .ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await anonymous.PostTextAsync(Auth + "login", $$"""{"email":"{{Email}}","password":["{{WrongPassword}}"]}"""))
            .ShouldBeAsync(HttpStatusCode.BadRequest);

        var http = app.WithToken((await LogInAsync(new { email = Email, password })).AccessToken);
        await ApiKeysAsync(http);
        var (secret, recoveryCodes) = await TwoFactorAsync(http);

        // Log in in two steps: with a wrong code, a right one, and a recovery code.
        var problem = await (await anonymous.PostAsync(Auth + "login", new { email = Email, password })).ShouldBeProblemAsync(401, "two_factor_required");
        var token = Collect("two_factor_token", problem.GetProperty("two_factor_token").GetString()!);
        await (await anonymous.PostAsync(Auth + "login/2fa", new { two_factor_token = token, recovery_code = "MARKED-WRONG-RECOVERY-CODE" }))
            .ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await anonymous.PostAsync(Auth + "login/2fa", new { two_factor_token = token, code = Code(secret) })).ShouldBeAsync(HttpStatusCode.OK);
        var tokens = await LogInAsync(new { email = Email, password, recovery_code = recoveryCodes[0] });

        // Refresh, and use the old token again after the grace period.
        var refreshed = Collect(
            Tokens.Of(await (await anonymous.PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK)));
        await (await app.WithToken(refreshed.AccessToken)
            .PatchAsync(Auth + "me/password", new { current_password = WrongPassword, new_password = NewPassword }))
            .ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.WithToken(refreshed.AccessToken).PatchAsync(Auth + "me/password", new { current_password = password, new_password = NewPassword }))
            .ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        await (await anonymous.PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeProblemAsync(401, "refresh_token_reused");
        await (await anonymous.PostAsync(Auth + "refresh", new { refresh_token = "ctr_marked-garbage" })).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.WithToken("eyJmarked.garbage.token").GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await MailsAsync(recoveryCodes);
    }

    /// <summary>Uses each emailed link, after a failed attempt, and the routes that ask for the password again.</summary>
    private async Task MailsAsync(string[] recoveryCodes)
    {
        var anonymous = app.Anonymous();
        var verification = CollectEmailed(await app.VerificationTokenAsync(Email));
        await (await anonymous.PostAsync(Auth + "verify-email", new { token = verification + "x" })).ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await anonymous.GetAsync("/verify-email?token=" + verification, Ct)).ShouldBeAsync(HttpStatusCode.OK);
        await (await anonymous.PostFormAsync("/verify-email", ("token", verification))).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.RequestPasswordResetAsync(UnknownEmail)).ShouldBeAsync(HttpStatusCode.Accepted);
        var reset = CollectEmailed(await app.ResetTokenAsync(Email));
        await (await anonymous.PostFormAsync("/reset-password", ("token", reset), ("new_password", "marked"))).ShouldBeAsync(HttpStatusCode.BadRequest);
        await (await app.ResetAsync(reset, ResetPassword)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.ResetAsync(reset, ResetPassword)).ShouldBeAsync(HttpStatusCode.BadRequest);
        var http = app.WithToken((await LogInAsync(new { email = Email, password = ResetPassword, recovery_code = recoveryCodes[1] })).AccessToken);
        await (await http.PostAsync(Auth + "reauthenticate", new { password = ResetPassword, recovery_code = recoveryCodes[2] }))
            .ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.PostAsync(Auth + "reauthenticate", new { password = WrongPassword, recovery_code = recoveryCodes[3] }))
            .ShouldBeAsync(HttpStatusCode.Unauthorized);
        var change = CollectEmailed(await app.EmailChangeTokenAsync(http, NextEmail, ResetPassword));
        await (await app.ConfirmEmailAsync(change)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.GetAsync(Auth + "me/export", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        CollectEmailed((await app.InviteAsync()).Token);

        // This token is still valid when the dump is created.
        CollectEmailed(await app.ResetTokenAsync(NextEmail));
        await app.WaitForEmailsAsync();
    }

    /// <summary>The part after the prefix is enough to use the token, so it is searched for separately too.</summary>
    private string CollectEmailed(string token)
    {
        Collect("mailed token", token[4..]);
        return Collect("mailed token", token);
    }

    private async Task ApiKeysAsync(HttpClient http)
    {
        var (id, key) = await CortexApp.GenerateKeyAsync(http, "introspect");
        Collect("API key", key);
        await (await app.WithKey(key).GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key).PostAsync(Auth + "introspect", new { token = key })).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key[..^1] + (key[^1] == '0' ? '1' : '0')).GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        var rotated = await (await http.PostAsync($"{Auth}api-keys/{id}/rotate", new { overlap_seconds = 60 })).JsonAsync(HttpStatusCode.Created);
        Collect("API key", rotated.GetProperty("key").GetString()!);

        // A plain key of the Python server is in the database until its first use, and not afterward.
        const string Legacy = "marked-legacy-key-0123456789";
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE email = $1", Email, Legacy);
        await (await app.WithKey(Collect("legacy key", Legacy)).GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(Collect("unknown key", "marked-unknown-key-0123456789")).GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    private async Task<(string Secret, string[] RecoveryCodes)> TwoFactorAsync(HttpClient http)
    {
        var enabled = await (await http.PostAsync(Auth + "2fa/enable", new { password = _secrets[0].Value })).JsonAsync(HttpStatusCode.OK);
        var secret = Collect("TOTP secret", enabled.GetProperty("secret").GetString()!);
        var verified = await (await http.PostAsync(Auth + "2fa/verify", new { code = Code(secret) })).JsonAsync(HttpStatusCode.OK);
        string[] codes = [.. verified.GetProperty("recovery_codes").EnumerateArray().Select(code => Collect("recovery code", code.GetString()!))];
        foreach (var code in codes)
        {
            Collect("recovery code", code.Replace("-", "", StringComparison.Ordinal));
        }

        app.Clock.Advance(TimeSpan.FromSeconds(90));
        return (secret, codes);
    }

    private async Task<Tokens> LogInAsync(object body) =>
        Collect(Tokens.Of(await (await app.Anonymous().PostAsync(Auth + "login", body)).JsonAsync(HttpStatusCode.OK)));

    private string Code(string secret) => Totp.Code(secret, app.Clock.GetUtcNow());

    /// <summary>The signature is enough to use the access token, so it is searched for separately too.</summary>
    private Tokens Collect(Tokens tokens)
    {
        Collect("access token", tokens.AccessToken);
        Collect("signature of an access token", tokens.AccessToken.Split('.')[2]);
        Collect("refresh token", tokens.RefreshToken);
        return tokens;
    }

    private string Collect(string what, string value)
    {
        _secrets.Add((what, value));
        return value;
    }

    /// <summary>Returns every row of every table as text, and each bytea also decoded as text.</summary>
    private async Task<string> DumpAsync()
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        var tables = await LinesAsync(source, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'");
        Assert.True(tables.Count > 8);
        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            foreach (var line in await LinesAsync(source, $"SELECT t::text FROM {table} t"))
            {
                dump.Append(line).Append('\n');
            }
        }

        foreach (var column in await LinesAsync(
            source,
            "SELECT format('SELECT encode(%I, ''escape'') FROM %I', column_name, table_name) FROM information_schema.columns WHERE table_schema = 'public' "
                + "AND data_type = 'bytea'"))
        {
            dump.AppendJoin('\n', await LinesAsync(source, column));
        }

        return dump.ToString();
    }

    private static async Task<List<string>> LinesAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var lines = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            lines.Add(await reader.IsDBNullAsync(0, Ct) ? "" : reader.GetString(0));
        }

        return lines;
    }

    private static string Around(string text, string value)
    {
        var at = text.IndexOf(value, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : text[Math.Max(0, at - 200)..Math.Min(text.Length, at + value.Length + 100)];
    }
}
