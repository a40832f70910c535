using System.Buffers.Text;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>A passkey as the second step after a password.</summary>
public sealed class PasskeySecondFactorTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task The_options_name_the_users_passkeys_and_require_verification()
    {
        var (user, key) = await WithBothAsync();
        await app.SignUpWithPasskeyAsync();

        var options = (await app.BeginSecondFactorAsync(await app.ChallengeAsync(user.User))).Options;

        Assert.Equal(
            [Base64Url.EncodeToString(key.CredentialId)],
            options.GetProperty("allowCredentials").EnumerateArray().Select(credential => credential.GetProperty("id").GetString()));
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
    }

    [Fact]
    public async Task A_passkey_replaces_a_code_and_uses_up_the_token()
    {
        var (user, key) = await WithBothAsync();
        var token = await app.ChallengeAsync(user.User);
        var ceremony = await app.BeginSecondFactorAsync(token);

        Assert.Equal(["pwd", "hwk", "mfa"], await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).MethodsAsync());

        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        await (await app.Anonymous().PostAsync(PasskeySteps.SecondFactor + "/options", new { two_factor_token = token }))
            .ShouldBeProblemAsync(401, "invalid_token");
        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_token");
    }

    /// <remarks>A challenge can be answered once, even if several responses arrive at the same time.</remarks>
    [Fact]
    public async Task One_token_completes_one_login_in_parallel_too()
    {
        var (user, key) = await WithBothAsync(new() { HasCounter = false });
        var token = await app.ChallengeAsync(user.User);
        var ceremonies = await Concurrently.RunAsync(4, _ => app.BeginSecondFactorAsync(token));

        var statuses = await Concurrently.StatusesAsync(4, index => app.FinishSecondFactorAsync(token, ceremonies[index], key.Get(ceremonies[index].Options)));

        Assert.Single(statuses, HttpStatusCode.OK);
        var (next, answered) = (await app.ChallengeAsync(user.User), ceremonies[Array.IndexOf(statuses, HttpStatusCode.OK)]);
        await (await app.FinishSecondFactorAsync(next, answered, key.Get(answered.Options))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <remarks>Without user verification, the passkey only proves possession of the device (OWASP ASVS 6.3.4).</remarks>
    [Fact]
    public async Task Without_user_verification_it_does_not_count_as_a_second_factor()
    {
        var (user, key) = await WithBothAsync();
        var token = await app.ChallengeAsync(user.User);
        var ceremony = await app.BeginSecondFactorAsync(token);
        key.VerifiesUser = false;

        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <remarks>Options for one user don't work for another, and options for a login don't work for the second step.</remarks>
    [Fact]
    public async Task Only_the_users_own_passkey_and_challenge_work()
    {
        var ((victim, victimKey), (attacker, attackerKey)) = (await WithBothAsync(), await WithBothAsync());
        var (token, own) = (await app.ChallengeAsync(victim.User), await app.ChallengeAsync(attacker.User));
        var ceremony = await app.BeginSecondFactorAsync(token);
        await RefusedAsync(ceremony, attackerKey, new());
        await RefusedAsync(await app.BeginSecondFactorAsync(token), attackerKey, new() { UserHandle = victimKey.UserHandle });
        await RefusedAsync(await app.BeginSecondFactorAsync(own), attackerKey, new());
        await RefusedAsync(await app.BeginPasskeyLoginAsync(), victimKey, new());

        async Task RefusedAsync(PasskeyCeremony asked, SoftAuthenticator key, Tampering tampering) =>
            await (await app.FinishSecondFactorAsync(token, asked, key.Get(asked.Options, tampering))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <remarks>Options for the second step don't work for a login by passkey alone.</remarks>
    [Fact]
    public async Task Its_challenge_does_not_work_for_a_login()
    {
        var (user, key) = await WithBothAsync();
        var ceremony = await app.BeginSecondFactorAsync(await app.ChallengeAsync(user.User));

        await (await app.FinishPasskeyLoginAsync(ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    /// <remarks>Requesting options doesn't count as an attempt; wrong responses and wrong codes share one count.</remarks>
    [Fact]
    public async Task Five_wrong_responses_invalidate_a_token_and_challenges_do_not()
    {
        var (user, key) = await WithBothAsync();
        var token = await app.ChallengeAsync(user.User);
        for (var time = 0; time < 8; time++)
        {
            await app.BeginSecondFactorAsync(token);
        }

        for (var time = 0; time < 5; time++)
        {
            await (time % 2 == 0 ? await WrongAsync(token, key) : await app.SubmitCodeAsync(token, app.WrongCode(user.Secret)))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }

        await (await app.Anonymous().PostAsync(PasskeySteps.SecondFactor + "/options", new { two_factor_token = token }))
            .ShouldBeProblemAsync(401, "invalid_token");
        await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
    }

    /// <remarks>With separate counts, an attacker who is locked out of codes could continue with passkeys.</remarks>
    [Fact]
    public async Task Ten_consecutive_failures_lock_passkeys_and_codes_alike()
    {
        var (user, key) = await WithBothAsync();
        await app.FailSecondStepAsync(user, 7);
        var token = await app.ChallengeAsync(user.User);
        for (var time = 0; time < 3; time++)
        {
            await (await WrongAsync(token, key)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }

        var ceremony = await app.BeginSecondFactorAsync(token);
        var locked = await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options));
        await locked.ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal("900", locked.Headers.GetValues("Retry-After").Single());
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeProblemAsync(429, "rate_limited");

        // A passkey that is both factors isn't a guess at the second factor.
        await (await app.LogInWithPasskeyAsync(key)).ShouldBeAsync(HttpStatusCode.OK);

        app.Clock.Advance(TimeSpan.FromMinutes(15));
        token = await app.ChallengeAsync(user.User);
        ceremony = await app.BeginSecondFactorAsync(token);
        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_correct_response_resets_the_failures()
    {
        var (user, key) = await WithBothAsync();
        for (var round = 0; round < 2; round++)
        {
            await app.FailSecondStepAsync(user, 7);
            var token = await app.ChallengeAsync(user.User);
            var ceremony = await app.BeginSecondFactorAsync(token);
            await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    /// <remarks>Options belong to a pending login (OWASP ASVS 6.6.2).</remarks>
    [Fact]
    public async Task A_token_of_no_login_gets_no_challenge()
    {
        var (user, _) = await WithBothAsync();
        var token = await app.ChallengeAsync(user.User);
        foreach (var text in new[]
        {
            token[..^1] + (token[^1] == 'A' ? 'B' : 'A'), "c2f_", "x", user.Tokens.AccessToken[..400], (await app.BeginPasskeyLoginAsync()).Token,
        })
        {
            await (await app.Anonymous().PostAsync(PasskeySteps.SecondFactor + "/options", new { two_factor_token = text }))
                .ShouldBeProblemAsync(401, "invalid_token");
            await (await app.Anonymous().PostAsync(PasskeySteps.SecondFactor, new { two_factor_token = text, passkey_token = "x", credential = new { } }))
                .ShouldBeProblemAsync(401, "invalid_token");
        }

        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await (await app.Anonymous().PostAsync(PasskeySteps.SecondFactor + "/options", new { two_factor_token = token }))
            .ShouldBeProblemAsync(401, "invalid_token");
    }

    [Fact]
    public async Task An_account_without_passkeys_gets_no_challenge()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await app.Anonymous().PostAsync(PasskeySteps.SecondFactor + "/options", new { two_factor_token = await app.ChallengeAsync(user.User) }))
            .ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task An_account_that_was_disabled_meanwhile_gets_no_session()
    {
        var (user, key) = await WithBothAsync();
        var token = await app.ChallengeAsync(user.User);
        var ceremony = await app.BeginSecondFactorAsync(token);
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.User.Id);

        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(403, "account_disabled");
    }

    /// <remarks>It counts like any wrong response and never causes a server error.</remarks>
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id": 1}""")]
    [InlineData(
        """{"id": "\ud800", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "", "authenticatorData": "","""
            + """ "signature": ""}}""")]
    public async Task Garbage_is_a_wrong_response(string credential)
    {
        var (user, _) = await WithBothAsync();
        var token = await app.ChallengeAsync(user.User);
        var ceremony = await app.BeginSecondFactorAsync(token);

        var response = await app.Anonymous().PostTextAsync(
            PasskeySteps.SecondFactor, $$"""{"two_factor_token": "{{token}}", "passkey_token": "{{ceremony.Token}}", "credential": {{credential}}}""");

        await response.ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <summary>A user with an authenticator app and a passkey.</summary>
    private async Task<(TwoFactorUser User, SoftAuthenticator Key)> WithBothAsync(SoftAuthenticator? key = null)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        key ??= new();
        await user.Http.AddPasskeyAsync(key);
        return (user, key);
    }

    private async Task<HttpResponseMessage> WrongAsync(string token, SoftAuthenticator key)
    {
        var ceremony = await app.BeginSecondFactorAsync(token);
        return await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options, new() { IsSignatureTampered = true }));
    }
}
