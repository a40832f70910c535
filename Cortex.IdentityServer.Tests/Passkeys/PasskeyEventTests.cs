using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>The audit events and emails of adding and removing passkeys.</summary>
public sealed class PasskeyEventTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <remarks>Each change of a factor records an event, and sends a notice if it adds the first passkey or removes the last one (OWASP ASVS 6.3.7).</remarks>
    [Fact]
    public async Task Adding_renaming_and_removing_record_events_and_the_first_and_last_send_an_email()
    {
        var user = await app.SignUpWithPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await user.Http.PatchAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}", new { name = "My phone" })).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await user.Http.DeleteAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}", TestContext.Current.CancellationToken))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        var events = (await (await user.Http.FetchAsync("/api/v1/auth/me/events")).JsonAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray()
            .Where(item => item.GetProperty("action").GetString()!.StartsWith("passkey.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["passkey.removed", "passkey.renamed", "passkey.added"], events.Select(item => item.GetProperty("action").GetString()));
        Assert.All(events, item =>
        {
            Assert.Equal(("success", "self"), (item.GetProperty("outcome").GetString(), item.GetProperty("actor").GetString()));
            Assert.Equal(user.PasskeyId.ToString(), item.GetProperty("details").GetProperty("passkey_id").GetString());
        });
        await app.Mailbox.WaitAsync(user.User.Email, "passkey_added");
        await app.Mailbox.WaitAsync(user.User.Email, "passkey_removed");
    }

    [Fact]
    public async Task A_refused_passkey_records_a_failed_login_without_a_user()
    {
        var problem = await (await app.LogInWithPasskeyAsync(new())).ShouldBeProblemAsync(401, "invalid_credentials");

        Assert.Equal(1L, await app.SqlAsync(
            "SELECT count(*) FROM audit_events WHERE action = 'login.failed' AND user_id IS NULL AND details ->> 'reason' = 'wrong_passkey' AND "
                + "request_id = $1",
            problem.GetProperty("trace_id").GetString()!));
    }

    /// <remarks>
    /// A squatter's passkeys are useless once the owner has verified the email address; on a verified account, a password reset keeps passkeys.
    /// </remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_password_reset_removes_the_passkeys_of_an_account_that_was_never_verified(bool isVerified)
    {
        var user = await app.SignUpWithPasskeyAsync();
        await app.SqlAsync("UPDATE users SET is_verified = $1 WHERE id = $2", isVerified, user.User.Id);
        await (await app.Anonymous().PostAsync("/api/v1/auth/forgot-password", new { email = user.User.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        var token = await app.Mailbox.TokenAsync(user.User.Email, "reset_password");

        await (await app.Anonymous().PostAsync("/api/v1/auth/reset-password", new { token, new_password = "the owner's new password" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        var answer = await app.LogInWithPasskeyAsync(user.Key);
        await (isVerified ? answer.ShouldBeAsync(HttpStatusCode.OK) : answer.ShouldBeProblemAsync(401, "invalid_credentials"));
    }

    [Fact]
    public async Task An_export_names_the_passkeys_without_their_keys()
    {
        var user = await app.SignUpWithPasskeyAsync();

        var export = await (await user.Http.FetchAsync("/api/v1/auth/me/export")).JsonAsync(HttpStatusCode.OK);

        var passkey = Assert.Single(export.GetProperty("passkeys").EnumerateArray());
        Assert.Equal(user.PasskeyId, passkey.GetProperty("id").GetGuid());
        Assert.False(passkey.TryGetProperty("public_key", out _));
    }
}
