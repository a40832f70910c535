using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>A challenge for confirming one's identity works once, for five minutes, and only in the session that requested it.</summary>
public sealed class PasskeyReauthenticationChallengeTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task A_response_works_once()
    {
        var user = await app.SignUpWithPasskeyAsync(new() { HasCounter = false });
        var ceremony = await user.Http.BeginReauthenticationAsync();
        var credential = user.Key.Get(ceremony.Options);
        await (await user.Http.FinishReauthenticationAsync(ceremony, credential)).ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromMinutes(4));

        await RefusedAsync(await user.Http.FinishReauthenticationAsync(ceremony, credential));
        await RefusedAsync(await user.Http.FinishReauthenticationAsync(ceremony, user.Key.Get(ceremony.Options)));
    }

    [Fact]
    public async Task Of_sixteen_at_once_one_succeeds_and_nothing_is_locked()
    {
        var (user, key) = await app.SignUpWithBothAsync(new() { HasCounter = false });
        var ceremony = await user.Http.BeginReauthenticationAsync();
        var credential = key.Get(ceremony.Options);

        var statuses = await Concurrently.StatusesAsync(16, _ => user.Http.FinishReauthenticationAsync(ceremony, credential));

        Assert.Single(statuses, HttpStatusCode.NoContent);
        Assert.Equal(15, statuses.Count(status => status == HttpStatusCode.BadRequest));
        await (await user.Http.ReauthenticateAsync(key)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(2L, await app.SqlAsync(
            "SELECT count(*) FROM audit_events WHERE action = 'session.reauthenticated' AND user_id = $1", user.User.Id));
    }

    [Fact]
    public async Task Only_a_challenge_of_this_session_works()
    {
        var (user, key) = await app.SignUpWithBothAsync();
        var other = await app.SignUpWithPasskeyAsync();
        var otherSession = app.WithToken(Tokens.Of(await (await app.LogInWithPasskeyAsync(key)).JsonAsync(HttpStatusCode.OK)).AccessToken);
        var registration = await user.Http.BeginPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        foreach (var ceremony in new[]
        {
            await app.BeginPasskeyLoginAsync(), await app.BeginSecondFactorAsync(await app.ChallengeAsync(user.User)),
            await other.Http.BeginReauthenticationAsync(),
            await otherSession.BeginReauthenticationAsync(), registration with { Options = (await user.Http.BeginReauthenticationAsync()).Options },
            new("cpk_x", (await user.Http.BeginReauthenticationAsync()).Options),
        })
        {
            await RefusedAsync(await user.Http.FinishReauthenticationAsync(ceremony, key.Get(ceremony.Options)));
        }

        await user.Http.ShouldNotBeFreshAsync();
    }

    [Fact]
    public async Task Its_challenge_works_for_no_login()
    {
        var (user, key) = await app.SignUpWithBothAsync();
        var ceremony = await user.Http.BeginReauthenticationAsync();
        await (await app.FinishPasskeyLoginAsync(ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_credentials");
        var token = await app.ChallengeAsync(user.User);
        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_two_factor_code");

        // The refused logins haven't used up the challenge.
        await (await user.Http.FinishReauthenticationAsync(ceremony, key.Get(ceremony.Options))).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_challenge_expires_after_five_minutes()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var (inTime, late) = (await user.Http.BeginReauthenticationAsync(), await user.Http.BeginReauthenticationAsync());
        app.Clock.Advance(TimeSpan.FromSeconds(299));
        await (await user.Http.FinishReauthenticationAsync(inTime, user.Key.Get(inTime.Options))).ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await RefusedAsync(await user.Http.FinishReauthenticationAsync(late, user.Key.Get(late.Options)));
    }

    [Fact]
    public async Task An_ended_session_cannot_use_its_challenge()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremony = await user.Http.BeginReauthenticationAsync();
        await (await user.Http.PostNothingAsync("/api/v1/auth/logout")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await user.Http.FinishReauthenticationAsync(ceremony, user.Key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "session_revoked");
        await (await user.Http.PostAsync(PasskeySteps.Reauthenticate + "/options", new { })).ShouldBeProblemAsync(401, "session_revoked");
        var next = app.WithToken((await app.LogInAsync(user.User)).AccessToken);
        await RefusedAsync(await next.FinishReauthenticationAsync(ceremony, user.Key.Get(ceremony.Options)));
    }

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        var problem = await answer.ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal(["passkey_token"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }
}
