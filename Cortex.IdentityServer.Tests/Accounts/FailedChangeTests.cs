using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>A change to an account is one transaction. A change that is rolled back is neither logged nor announced.</remarks>
public sealed class FailedChangeTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string NewPassword = "a new and better password";

    [Fact]
    public async Task A_change_that_fails_at_its_last_step_ends_no_session_and_logs_no_ended_session()
    {
        var (user, _, http) = await app.SignUpAsync();
        var other = await app.LogInAsync(user);
        await app.SqlAsync("CREATE FUNCTION refuse_mail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no mail''; END'");
        await app.SqlAsync("CREATE TRIGGER refuse_mail BEFORE INSERT ON outbox_mails FOR EACH ROW EXECUTE FUNCTION refuse_mail()");
        try
        {
            await (await ChangeAsync(http, user)).ShouldBeAsync(HttpStatusCode.InternalServerError);
        }
        finally
        {
            await app.SqlAsync("DROP TRIGGER refuse_mail ON outbox_mails");
        }

        await (await app.WithToken(other.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.DoesNotContain($"session(s) of user {user.Id}", app.Log, StringComparison.Ordinal);

        await (await ChangeAsync(http, user)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.WithToken(other.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        Assert.Contains($"Ended 1 session(s) of user {user.Id}: password_changed", app.Log, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient http, TestUser user) =>
        http.PatchAsync("/api/v1/auth/me/password", new { current_password = user.Password, new_password = NewPassword });
}
