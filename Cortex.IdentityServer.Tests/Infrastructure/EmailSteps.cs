using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Mail;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>What a person does who reads their mail.</summary>
internal static class EmailSteps
{
    public const string NewPassword = "a new horse, a new battery";

    private const string Auth = "/api/v1/auth/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Waits until all mails that are asked for have been made and sent, or were found to be none.</summary>
    public static async Task WaitForEmailsAsync(this CortexApp app)
    {
        for (var tries = 0; tries < 4000; tries++)
        {
            // Now, and not at the sender's own next look, which is up to a second away.
            app.Services.GetRequiredService<MailSignal>().Wake();
            if (await app.SqlAsync("SELECT count(*) FROM outbox_mails WHERE due_at <= $1 AND expires_at > $1", app.Clock.GetUtcNow().UtcDateTime) is 0L)
            {
                return;
            }

            await Task.Delay(15, Cancel);
        }

        Assert.Fail("the outbox isn't emptied");
    }

    /// <summary>The token of a link that was mailed just now; mails of earlier seconds stay where they are.</summary>
    public static async Task<string> NewestTokenAsync(this CortexApp app, string email, string kind)
    {
        await app.WaitForEmailsAsync();
        return await app.Mailbox.TokenAsync(email, kind);
    }

    public static Task<HttpResponseMessage> RequestPasswordResetAsync(this CortexApp app, string email) =>
        app.Anonymous().PostAsync(Auth + "forgot-password", new { email });

    /// <summary>Asks for a link to set a new password, and takes its token out of the mail.</summary>
    public static async Task<string> ResetTokenAsync(this CortexApp app, string email)
    {
        // Files of mails are in the order of seconds.
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.RequestPasswordResetAsync(email)).ShouldBeAsync(HttpStatusCode.Accepted);
        return await app.NewestTokenAsync(email, "reset_password");
    }

    public static Task<HttpResponseMessage> ResetAsync(this CortexApp app, string token, string password = NewPassword) =>
        app.Anonymous().PostAsync(Auth + "reset-password", new { token, new_password = password });

    public static Task<string> VerificationTokenAsync(this CortexApp app, string email) => app.NewestTokenAsync(email, "verify_email");

    public static Task<HttpResponseMessage> VerifyEmailAsync(this CortexApp app, string token) =>
        app.Anonymous().PostAsync(Auth + "verify-email", new { token });

    /// <summary>A registered user who has proved the mailbox.</summary>
    public static async Task<TestUser> RegisterVerifiedAsync(this CortexApp app)
    {
        var user = await app.RegisterAsync();
        await (await app.VerifyEmailAsync(await app.VerificationTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);
        return user;
    }

    /// <summary>Asks for another email, and takes the token out of the mail to it.</summary>
    public static async Task<string> EmailChangeTokenAsync(this CortexApp app, HttpClient http, string newEmail, string password = TestUser.DefaultPassword)
    {
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await http.PostAsync(Auth + "change-email", new { new_email = newEmail, password })).ShouldBeAsync(HttpStatusCode.Accepted);
        return await app.NewestTokenAsync(newEmail, "confirm_new_email");
    }

    public static Task<HttpResponseMessage> ConfirmEmailAsync(this CortexApp app, string token) =>
        app.Anonymous().PostAsync(Auth + "change-email/confirm", new { token });

    /// <summary>An account that somebody else made for a person, who gets a mail to choose its password.</summary>
    public static async Task<(TestUser User, string Token)> InviteAsync(this CortexApp app)
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, '!')", email);
        await app.InviteAsync(email, _ => Task.CompletedTask);
        var id = (Guid)(await app.SqlAsync("SELECT id FROM users WHERE email = $1", email))!;
        return (new(id, email, ""), await app.NewestTokenAsync(email, "invitation"));
    }

    /// <param name="app">The server, which has no route for this yet.</param>
    /// <param name="email">Whom to invite.</param>
    /// <param name="before">Done before the commit.</param>
    public static async Task InviteAsync(this CortexApp app, string email, Func<IServiceProvider, Task> before)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Email == email, Cancel);
        await scope.ServiceProvider.GetRequiredService<PasswordReset>().InviteAsync(user, Cancel);
        await before(scope.ServiceProvider);
        await transaction.CommitAsync(Cancel);
    }

    public static async Task<HttpStatusCode> TryLogInAsync(this CortexApp app, string email, string password) =>
        (await app.Anonymous().PostAsync(Auth + "login", new { email, password })).StatusCode;

    /// <summary>Access token or API key: refused everywhere it was good.</summary>
    public static async Task ShouldBeRefusedAsync(this HttpClient http) =>
        await (await http.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.Unauthorized);

    /// <summary>Every row of every table as text, as a thief of a dump reads it.</summary>
    public static async Task<string> DumpAsync(this CortexApp app, string except = "")
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        var dump = new StringBuilder();
        foreach (var table in await ReadRowsAsync(
            source, $"SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '{except}'"))
        {
            dump.AppendJoin('\n', await ReadRowsAsync(source, $"SELECT t::text FROM {table} t")).Append('\n');
        }

        return dump.ToString();
    }

    private static async Task<List<string>> ReadRowsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var lines = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
