using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Audit;

/// <remarks>
/// Each security event is in the log with who did what to whom, when, from where, and with what outcome (OWASP ASVS 16.2.1), but without secrets (16.2.5).
/// </remarks>
public sealed partial class EveryActionTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Address = "198.51.100.77";
    private const string Agent = "audit-test/1.0";
    private const string Wrong = "not the password";

    private readonly List<string> _secrets = [TestUser.DefaultPassword, Wrong, EmailSteps.NewPassword, "@example.com"];

    [Fact]
    public async Task Every_action_records_who_did_what_to_whom_when_from_where_and_with_what_outcome()
    {
        await AccountAsync();
        await LoginsAsync();
        await SessionsAsync();
        await MailsAsync();
        await SecondFactorAsync();
        await KeysAsync();
        await ImportAsync();
        await StaffAsync();
        await OperatorAsync();
        await BillingAsync();

        // Other tests cover these: passkeys need an authenticator, the next two a hundred failures (LoginBlockTests), and the others Polar (Billing/).
        var excluded = new[]
        {
            AuditAction.PasskeyAdded, AuditAction.PasskeyRenamed, AuditAction.PasskeyRemoved, AuditAction.LoginBlocked, AuditAction.SecondFactorBlocked,
            AuditAction.TierChanged, AuditAction.BillingEventAssigned, AuditAction.UsageEventRetried,
        };
        var all = typeof(AuditAction).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!).Except(excluded);
        foreach (var action in all)
        {
            Assert.True((long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = $1", action))! > 0, $"this test does not cover {action}");
        }

        var dump = (string)(await app.SqlAsync("SELECT string_agg(e::text, E'\\n') FROM audit_events e"))!;
        Assert.Contains(AuditAction.Registered, dump, StringComparison.Ordinal);
        Assert.True(_secrets.Count > 20);
        Assert.All(_secrets, secret => Assert.DoesNotContain(secret, dump, StringComparison.OrdinalIgnoreCase));
    }

    private async Task AccountAsync()
    {
        var email = app.NewEmail();
        var http = Client(null, out var request);
        await (await http.PostAsync(Auth + "register", new { email, password = TestUser.DefaultPassword })).ShouldBeAsync(HttpStatusCode.Created);
        var id = (Guid)(await app.SqlAsync("SELECT id FROM users WHERE email = $1", email))!;
        await ShouldHaveEventAsync(request, AuditAction.Registered, AuditLog.Success, actor: id, user: id);

        var tokens = Track(await app.LogInAsync(new(id, email, TestUser.DefaultPassword)));
        await DoAsync(AuditAction.AccountExported, id, tokens, http => http.FetchAsync(Auth + "me/export"));
        http = Client(tokens, out request);
        await (await http.SendAsync(new(HttpMethod.Delete, Auth + "me") { Content = JsonContent.Create(new { password = TestUser.DefaultPassword }) }, Cancel))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        // The personal data was removed with the account.
        await ShouldHaveEventAsync(request, AuditAction.AccountDeleted, AuditLog.Success, id, id, isAnonymized: true);
    }

    private async Task LoginsAsync()
    {
        var user = await app.RegisterAsync();
        await TryAsync(AuditAction.LoginFailed, user.Id, null, 401, http => http.PostAsync(Auth + "login", new { email = user.Email, password = Wrong }));
        await TryAsync(AuditAction.LoginFailed, null, null, 401, http => http.PostAsync(Auth + "login", new { email = app.NewEmail(), password = Wrong }));
        await DoAsync(AuditAction.LoggedIn, user.Id, null, http => http.PostAsync(Auth + "login", new { email = user.Email, password = user.Password }));

        var locked = await app.RegisterAsync();
        await app.FailLoginsAsync(locked.Email, 9, Address);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await TryAsync(AuditAction.LoginLocked, locked.Id, null, 401, http => http.PostAsync(Auth + "login", new { email = locked.Email, password = Wrong }));
        Assert.Equal(10L, await CountAsync(AuditAction.LoginFailed, locked.Id));
        Assert.Equal(1L, await CountAsync(AuditAction.LoginLocked, locked.Id));

        var disabled = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", disabled.Id);
        await TryAsync(
            AuditAction.LoginFailed, disabled.Id, null, 403,
            http => http.PostAsync(Auth + "login", new { email = disabled.Email, password = disabled.Password }));
        Assert.Equal(
            "account_disabled", await app.SqlAsync("SELECT details->>'reason' FROM audit_events WHERE user_id = $1 AND action = 'login.failed'", disabled.Id));
    }

    private async Task SessionsAsync()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        Track(tokens);
        await DoAsync(AuditAction.Reauthenticated, user.Id, tokens, http => http.PostAsync(Auth + "reauthenticate", new { password = user.Password }));
        var other = Track(await app.LogInAsync(user));
        var sid = Jwt.Read(other.AccessToken).Payload["sid"]!.GetValue<string>();
        await DoAsync(AuditAction.SessionEnded, user.Id, tokens, http => http.RemoveAsync(Auth + "sessions/" + sid));
        Assert.Equal(
            "ended_by_user",
            await app.SqlAsync("SELECT details->>'reason' FROM audit_events WHERE details->>'session_id' = $1 AND action = 'session.ended'", sid));
        await DoAsync(AuditAction.SessionEnded, user.Id, tokens, http => http.PostNothingAsync(Auth + "logout"));
        await DoAsync(AuditAction.SessionEnded, user.Id, Track(await app.LogInAsync(user)), http => http.PostNothingAsync(Auth + "logout/all"));

        var (victim, first, _) = await app.SignUpAsync();
        Track(
            Tokens.Of(
                await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = Track(first).RefreshToken })).JsonAsync(HttpStatusCode.OK)));
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        await TryAsync(
            AuditAction.RefreshTokenReused, victim.Id, null, 401, http => http.PostAsync(Auth + "refresh", new { refresh_token = first.RefreshToken }));
    }

    private async Task MailsAsync()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        await app.WaitForEmailsAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        // Anybody can request this, so the event names no actor.
        await DoAsync(
            AuditAction.VerificationRequested, user.Id, null, http => http.PostAsync(Auth + "verify-email/resend", new { email = user.Email }),
            isAnonymous: true);
        var verification = Track(await app.VerificationTokenAsync(user.Email));
        await DoAsync(AuditAction.EmailVerified, user.Id, null, http => http.PostAsync(Auth + "verify-email", new { token = verification }));
        await DoAsync(
            AuditAction.PasswordChanged, user.Id, tokens,
            http => http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = EmailSteps.NewPassword }));
        await DoAsync(
            AuditAction.EmailChangeRequested, user.Id, tokens,
            http => http.PostAsync(Auth + "change-email", new { new_email = app.NewEmail(), password = EmailSteps.NewPassword }));
        var change = Track(await app.EmailChangeTokenAsync(http, app.NewEmail(), EmailSteps.NewPassword));
        await DoAsync(AuditAction.EmailChanged, user.Id, null, http => http.PostAsync(Auth + "change-email/confirm", new { token = change }));

        var forgetful = await app.RegisterAsync();
        await DoAsync(
            AuditAction.PasswordResetRequested, forgetful.Id, null,
            http => http.PostAsync(Auth + "forgot-password", new { email = forgetful.Email }), isAnonymous: true);
        var reset = Track(await app.NewestTokenAsync(forgetful.Email, "reset_password"));
        await DoAsync(
            AuditAction.PasswordReset, forgetful.Id, null,
            http => http.PostAsync(Auth + "reset-password", new { token = reset, new_password = EmailSteps.NewPassword }));
    }

    private async Task SecondFactorAsync()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var secret = Track((await (await http.PostAsync(Auth + "2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!);
        await DoAsync(AuditAction.TwoFactorEnabled, user.Id, tokens, http => http.PostAsync(Auth + "2fa/verify", new { code = app.Code(secret) }));
        app.NextStep();
        string[] codes = [];
        await DoAsync(AuditAction.RecoveryCodesRenewed, user.Id, tokens, async http =>
        {
            var answer = await http.PostAsync(Auth + "2fa/recovery-codes", new { code = app.Code(secret) });
            codes = [.. (await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("recovery_codes").EnumerateArray().Select(code => Track(code.GetString()!))];
            return answer;
        });
        await DoAsync(
            AuditAction.RecoveryCodeUsed, user.Id, null,
            http => http.PostAsync(Auth + "login", new { email = user.Email, password = user.Password, recovery_code = codes[0] }));
        await TryAsync(
            AuditAction.SecondFactorFailed, user.Id, null, 401,
            http => http.PostAsync(Auth + "login", new { email = user.Email, password = user.Password, two_factor_code = app.WrongCode(secret) }));
        app.NextStep();
        await DoAsync(
            AuditAction.TwoFactorDisabled, user.Id, tokens,
            http => http.PostAsync(Auth + "2fa/disable", new { password = user.Password, code = app.Code(secret) }));

        var locked = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(locked, 9);
        var challenge = Track(await app.ChallengeAsync(locked.User));
        await TryAsync(
            AuditAction.SecondFactorLocked, locked.User.Id, null, 401,
            http => http.PostAsync(Auth + "login/2fa", new { two_factor_token = challenge, code = app.WrongCode(locked.Secret) }));
        Assert.Equal(10L, await CountAsync(AuditAction.SecondFactorFailed, locked.User.Id));
        Assert.Equal(1L, await CountAsync(AuditAction.SecondFactorLocked, locked.User.Id));
    }

    private async Task KeysAsync()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        await DoAsync(AuditAction.ApiKeyCreated, user.Id, tokens, http => http.PostAsync(Auth + "api-keys/generate", new { name = "mine" }));
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        Track(key);
        await DoAsync(AuditAction.ApiKeyChanged, user.Id, tokens, http => http.PatchAsync(Auth + "api-keys/" + id, new { name = "yours" }));
        await DoAsync(AuditAction.ApiKeyRotated, user.Id, tokens, async http =>
        {
            var answer = await http.PostAsync($"{Auth}api-keys/{id}/rotate", new { });
            Track((await answer.JsonAsync(HttpStatusCode.Created)).GetProperty("key").GetString()!);
            return answer;
        });
        await DoAsync(AuditAction.ApiKeyRevoked, user.Id, tokens, http => http.RemoveAsync(Auth + "api-keys/" + id));
    }

    private async Task ImportAsync()
    {
        var admin = await app.SignUpStaffAsync();
        var email = app.NewEmail();
        var content = new StringContent($$"""{"email": "{{email}}", "password_hash": "{{Track(PythonHashes.Bcrypt2b)}}"}""", null, "application/x-ndjson");
        await (await Client(Track(admin.Tokens), out var request).PostAsync(Administrators.Users + "/import", content, Cancel))
            .ShouldBeAsync(HttpStatusCode.OK);
        await ShouldHaveEventAsync(
            request, AuditAction.Imported, AuditLog.Success, admin.User.Id, (Guid)(await app.SqlAsync("SELECT id FROM users WHERE email = $1", email))!);
        await ShouldHaveEventAsync(request, AuditAction.UsersImported, AuditLog.Success, admin.User.Id, null);

        await (await Client(admin.Tokens, out var export).GetAsync(Administrators.Users + "/export", Cancel)).ShouldBeAsync(HttpStatusCode.OK);
        await ShouldHaveEventAsync(export, AuditAction.UsersExported, AuditLog.Success, admin.User.Id, null);
    }

    private async Task StaffAsync()
    {
        var admin = await app.SignUpStaffAsync();
        var staff = admin.User.Id;
        var email = app.NewEmail();
        var http = Client(admin.Tokens, out var request);
        var created = await (await http.PostAsync(Administrators.Users, new { email })).JsonAsync(HttpStatusCode.Created);
        var id = created.GetProperty("id").GetGuid();
        await ShouldHaveEventAsync(request, AuditAction.Created, AuditLog.Success, staff, id);
        Track(await app.NewestTokenAsync(email, "invitation"));
        await DoAsync(
            AuditAction.Updated, id, admin.Tokens, http => http.PatchAsync($"{Administrators.Users}/{id}", new { subscription_tier = "pro" }), by: staff);
        await DoAsync(
            AuditAction.UsageAdjusted, id, admin.Tokens,
            http => http.PostAsync($"{Administrators.Users}/{id}/usage/adjustments", new { tokens_used = -5, reason = "test" }), by: staff);
        await DoAsync(
            AuditAction.QuotaChanged, id, admin.Tokens,
            http => http.PutAsJsonAsync($"{Administrators.Users}/{id}/quota", new { requests = 5 }, Cancel), by: staff);
        await app.FailLoginsAsync(email, 5, Address);
        await DoAsync(AuditAction.Unlocked, id, admin.Tokens, http => http.PostNothingAsync($"{Administrators.Users}/{id}/unlock"), by: staff);
        await DoAsync(
            AuditAction.PasswordResetRequested, id, admin.Tokens, http => http.PostNothingAsync($"{Administrators.Users}/{id}/send-password-reset"), by: staff);

        var person = await app.SignUpWithTwoFactorAsync();
        var (key, text) = await CortexApp.GenerateKeyAsync(person.Http);
        Track(text);
        await DoAsync(
            AuditAction.ApiKeyRevoked, person.User.Id, admin.Tokens,
            http => http.RemoveAsync($"{Administrators.Users}/{person.User.Id}/api-keys/{key}"), by: staff);
        await DoAsync(
            AuditAction.TwoFactorReset, person.User.Id, admin.Tokens,
            http => http.PostNothingAsync($"{Administrators.Users}/{person.User.Id}/reset-2fa"), by: staff);
        await app.LogInAsync(person.User);
        await DoAsync(
            AuditAction.SessionEnded, person.User.Id, admin.Tokens,
            http => http.PostNothingAsync($"{Administrators.Users}/{person.User.Id}/revoke-sessions"), by: staff);
        await DoAsync(
            AuditAction.AccountDeleted, person.User.Id, admin.Tokens, http => http.RemoveAsync($"{Administrators.Users}/{person.User.Id}"), by: staff);
    }

    /// <summary>An operator at the server has no account and no client address.</summary>
    private async Task OperatorAsync()
    {
        (await Cli.RunAsync(app.ConnectionString, ["rotate-keys"], settings: ("JWT_ALGORITHM", "ES256"))).ShouldExitWith(0);
        Assert.Equal(
            "success command line",
            await app.SqlAsync("SELECT concat_ws(' ', outcome, actor_id, user_id, ip, user_agent) FROM audit_events WHERE action = 'signing_keys.rotated'"));
    }

    private async Task BillingAsync()
    {
        var user = await app.RegisterAsync();
        var billed = await app.SqlAsync(
            "INSERT INTO billing_events (user_id, event_type, polar_event_id, processed) VALUES ($1, 'order.paid', $2, true) RETURNING id", user.Id,
            $"evt {user.Id}");
        var staff = await app.SignUpStaffAsync();
        var http = Client(Track(staff.Tokens), out var request);
        await (await http.PostNothingAsync($"/api/v1/admin/billing-events/{billed}/replay")).ShouldBeAsync(HttpStatusCode.Accepted);
        await ShouldHaveEventAsync(request, AuditAction.BillingEventReplayed, AuditLog.Success, actor: staff.User.Id, user: user.Id);

        var parked = "ctx-" + $"{user.Id:N}".PadRight(40, '0');
        await app.SqlAsync(
            """
            INSERT INTO billing_meter_events (user_id, hour, provider, number, external_id, requests, tokens_used, cost_micros, created_at, parked_at)
            VALUES ($1, '2026-11-26T12:00Z', '', 1, $2, 1, 1, 1, now(), now())
            """,
            user.Id,
            parked);
        http = Client(Track(staff.Tokens), out request);
        await (await http.PostNothingAsync($"/api/v1/admin/billing/usage-events/{parked}/retry")).ShouldBeAsync(HttpStatusCode.Accepted);
        await ShouldHaveEventAsync(request, AuditAction.UsageEventRetried, AuditLog.Success, actor: staff.User.Id, user: user.Id);
    }
}
