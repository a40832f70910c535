using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Mail;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Requests emails and follows their links, as a user would.</summary>
internal static class EmailSteps
{
    public const string NewPassword = "a new horse, a new battery";

    private const string Auth = "/api/v1/auth/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Waits until every queued email has been sent or dropped.</summary>
    public static async Task WaitForEmailsAsync(this CortexApp app)
    {
        for (var tries = 0; tries < 4000; tries++)
        {
            // Without this, the sender polls the outbox only once per second.
            app.Services.GetRequiredService<MailSignal>().Wake();
            if (await app.SqlAsync("SELECT count(*) FROM outbox_mails WHERE due_at <= $1 AND expires_at > $1", app.Clock.GetUtcNow().UtcDateTime) is 0L)
            {
                return;
            }

            await Task.Delay(15, Cancel);
        }

        Assert.Fail("emails are still in the outbox");
    }

    /// <summary>Waits for the queued emails and returns the token in the newest one.</summary>
    public static async Task<string> NewestTokenAsync(this CortexApp app, string email, string kind)
    {
        await app.WaitForEmailsAsync();
        return await app.Mailbox.TokenAsync(email, kind);
    }

    public static Task<HttpResponseMessage> RequestPasswordResetAsync(this CortexApp app, string email) =>
        app.Anonymous().PostAsync(Auth + "forgot-password", new { email });

    /// <summary>Requests a password reset and returns the token from the email.</summary>
    public static async Task<string> ResetTokenAsync(this CortexApp app, string email)
    {
        // The names of the files sort by second.
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.RequestPasswordResetAsync(email)).ShouldBeAsync(HttpStatusCode.Accepted);
        return await app.NewestTokenAsync(email, "reset_password");
    }

    public static Task<HttpResponseMessage> ResetAsync(this CortexApp app, string token, string password = NewPassword) =>
        app.Anonymous().PostAsync(Auth + "reset-password", new { token, new_password = password });

    public static Task<string> VerificationTokenAsync(this CortexApp app, string email) => app.NewestTokenAsync(email, "verify_email");

    public static Task<HttpResponseMessage> VerifyEmailAsync(this CortexApp app, string token) =>
        app.Anonymous().PostAsync(Auth + "verify-email", new { token });

    /// <summary>Registers a user and verifies the email address.</summary>
    public static async Task<TestUser> RegisterVerifiedAsync(this CortexApp app)
    {
        var user = await app.RegisterAsync();
        await (await app.VerifyEmailAsync(await app.VerificationTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);
        return user;
    }

    /// <summary>Requests a change of the email address and returns the token from the email to the new address.</summary>
    public static async Task<string> EmailChangeTokenAsync(this CortexApp app, HttpClient http, string newEmail, string password = TestUser.DefaultPassword)
    {
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await http.PostAsync(Auth + "change-email", new { new_email = newEmail, password })).ShouldBeAsync(HttpStatusCode.Accepted);
        return await app.NewestTokenAsync(newEmail, "confirm_new_email");
    }

    public static Task<HttpResponseMessage> ConfirmEmailAsync(this CortexApp app, string token) =>
        app.Anonymous().PostAsync(Auth + "change-email/confirm", new { token });

    /// <summary>Creates an account without a password and invites its owner to choose one by email.</summary>
    public static async Task<(TestUser User, string Token)> InviteAsync(this CortexApp app)
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, '!')", email);
        await app.InviteAsync(email, _ => Task.CompletedTask);
        var id = (Guid)(await app.SqlAsync("SELECT id FROM users WHERE email = $1", email))!;
        return (new(id, email, ""), await app.NewestTokenAsync(email, "invitation"));
    }

    /// <param name="app">The server, which has no route for this.</param>
    /// <param name="email">The address to invite.</param>
    /// <param name="before">Runs before the transaction commits.</param>
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

    /// <summary>Checks that the client's access token or API key is refused.</summary>
    public static async Task ShouldBeRefusedAsync(this HttpClient http) =>
        await (await http.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.Unauthorized);

    /// <summary>Returns every row of every table as text, as in a stolen database dump.</summary>
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
