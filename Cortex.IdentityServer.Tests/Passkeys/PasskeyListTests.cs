using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Managing passkeys.</summary>
public sealed class PasskeyListTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task The_list_is_the_callers_the_newest_first()
    {
        await app.SignUpWithPasskeyAsync();
        var user = await app.SignUpWithPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await user.Http.AddPasskeyAsync(new());

        var response = await user.Http.FetchAsync(PasskeySteps.Passkeys);

        Assert.True(response.Headers.CacheControl?.NoStore);
        var list = (await response.JsonAsync(HttpStatusCode.OK)).EnumerateArray().ToList();
        Assert.Equal([second, user.PasskeyId], list.Select(passkey => passkey.GetProperty("id").GetGuid()));
        Assert.All(list, passkey => Assert.Equal(
            ["id", "name", "created_at", "last_used_at", "is_backed_up", "transports"], passkey.EnumerateObject().Select(field => field.Name)));
    }

    [Fact]
    public async Task A_passkey_can_be_renamed_however_old_the_login()
    {
        var user = await app.SignUpWithPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        var renamed = await (await user.Http.PatchAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}", new { name = "My old phone" }))
            .JsonAsync(HttpStatusCode.OK);

        Assert.Equal((user.PasskeyId, "My old phone"), (renamed.GetProperty("id").GetGuid(), renamed.GetProperty("name").GetString()));
        foreach (var name in new[] { "", "  ", "a\nb", new string('a', 101) })
        {
            await (await user.Http.PatchAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}", new { name })).ShouldBeProblemAsync(400, "validation_failed");
        }

        await (await user.Http.PatchAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}", new { name = "x", sign_count = 0 }))
            .ShouldBeProblemAsync(400, "unknown_field");
    }

    /// <remarks>An owner removes a lost passkey, and its finder may be logged in (OWASP ASVS 7.4.3).</remarks>
    [Fact]
    public async Task A_removed_passkey_no_longer_works_and_other_sessions_end()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var other = Tokens.Of(await (await app.LogInWithPasskeyAsync(user.Key)).JsonAsync(HttpStatusCode.OK));

        await (await user.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await app.WithToken(other.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        Assert.Empty((await (await user.Http.FetchAsync(PasskeySteps.Passkeys)).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
        await (await user.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}")).ShouldBeProblemAsync(404, "not_found");
    }

    /// <remarks>A stolen session alone must not be able to remove a factor (OWASP ASVS 7.5.1).</remarks>
    [Fact]
    public async Task Removing_one_requires_a_fresh_login()
    {
        var user = await app.SignUpWithPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await user.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}")).ShouldBeProblemAsync(401, "reauthentication_required");
        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>The response must not reveal which ids exist (OWASP ASVS 8.2.2; GHSA-4vcf-q4xf-f48m).</remarks>
    [Fact]
    public async Task Another_users_passkey_looks_like_a_missing_one()
    {
        var (owner, other) = (await app.SignUpWithPasskeyAsync(), await app.SignUpWithPasskeyAsync());
        foreach (var id in new[] { owner.PasskeyId.ToString(), Guid.NewGuid().ToString(), "x", "0" })
        {
            await (await other.Http.PatchAsync($"{PasskeySteps.Passkeys}/{id}", new { name = "mine" })).ShouldBeProblemAsync(404, "not_found");
            await (await other.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{id}")).ShouldBeProblemAsync(404, "not_found");
        }

        await (await other.Http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.LogInWithPasskeyAsync(owner.Key)).ShouldBeAsync(HttpStatusCode.OK);
    }
}
