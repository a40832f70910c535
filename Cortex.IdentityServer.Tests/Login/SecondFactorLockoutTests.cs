using System.Globalization;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>Ten consecutive wrong codes, across all challenges, lock the second step of an account for 15 minutes (CVE-2024-32868).</summary>
public sealed class SecondFactorLockoutTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string UnknownRecoveryCode = "AAAAAA-AAAAAA-AAAAAA-AAAAAA";

    [Fact]
    public async Task After_ten_failures_even_correct_codes_are_refused()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 10);

        var token = await app.ChallengeAsync(user.User);
        await ShouldBeLockedAsync(await app.SubmitCodeAsync(token, app.Code(user.Secret)), 900);
        await ShouldBeLockedAsync(await app.SubmitRecoveryCodeAsync(token, user.RecoveryCodes[0]), 900);
        await ShouldBeLockedAsync(
            await app.Anonymous()
                .PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password, two_factor_code = app.Code(user.Secret) }),
            900);
    }

    [Fact]
    public async Task Both_kinds_of_codes_and_both_ways_to_log_in_share_one_count()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 4);
        var token = await app.ChallengeAsync(user.User);
        for (var i = 0; i < 3; i++)
        {
            await (await app.SubmitRecoveryCodeAsync(token, UnknownRecoveryCode)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
            await (await app.Anonymous()
                .PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password, two_factor_code = app.WrongCode(user.Secret) }))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }

        await ShouldBeLockedAsync(await app.SubmitRecoveryCodeAsync(token, UnknownRecoveryCode), 900);
    }

    [Fact]
    public async Task The_routes_that_change_the_second_factor_share_the_count_and_the_lockout()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 8);
        await (await user.Http.PostAsync("/api/v1/auth/2fa/disable", new { password = user.User.Password, code = app.WrongCode(user.Secret) }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync("/api/v1/auth/2fa/recovery-codes", new { code = app.WrongCode(user.Secret) }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");

        await ShouldBeLockedAsync(
            await user.Http.PostAsync("/api/v1/auth/2fa/disable", new { password = user.User.Password, code = app.Code(user.Secret) }), 900);
        await ShouldBeLockedAsync(await user.Http.PostAsync("/api/v1/auth/2fa/recovery-codes", new { code = app.Code(user.Secret) }), 900);
        await ShouldBeLockedAsync(await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret)), 900);
    }

    [Fact]
    public async Task A_correct_password_does_not_reset_the_count()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 9);

        await app.ChallengeAsync(user.User);
        await app.FailSecondStepAsync(user, 1);

        await ShouldBeLockedAsync(await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret)), 900);
    }

    [Fact]
    public async Task A_correct_code_resets_the_count()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 9);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        await app.FailSecondStepAsync(user, 9);
        await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), user.RecoveryCodes[0])).ShouldBeAsync(HttpStatusCode.OK);
        await app.FailSecondStepAsync(user, 9);

        app.NextStep();
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_lockout_ends_after_fifteen_minutes()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 10);

        app.Clock.Advance(TimeSpan.FromSeconds((15 * 60) - 1));
        await ShouldBeLockedAsync(await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret)), 1);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A refused attempt isn't a new failure. Otherwise an attacker could keep the owner locked out permanently.</remarks>
    [Fact]
    public async Task Attempts_during_a_lockout_do_not_extend_it()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 10);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await ShouldBeLockedAsync(await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.WrongCode(user.Secret)), 300);
        app.Clock.Advance(TimeSpan.FromMinutes(5));

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task After_a_lockout_ten_attempts_are_allowed_again()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 10);
        app.Clock.Advance(TimeSpan.FromMinutes(15));

        await app.FailSecondStepAsync(user, 10);

        await ShouldBeLockedAsync(await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret)), 900);
    }

    [Fact]
    public async Task Existing_sessions_keep_working()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.FailSecondStepAsync(user, 10);

        await (await user.Http.GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A double click sends a correct code twice, which must not count toward the lockout.</remarks>
    [Fact]
    public async Task A_code_sent_twice_is_not_a_failure()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var code = app.Code(user.Secret);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), code)).ShouldBeAsync(HttpStatusCode.OK);
        for (var i = 0; i < 11; i++)
        {
            await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), code)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }
    }

    private static async Task ShouldBeLockedAsync(HttpResponseMessage response, int seconds)
    {
        await response.ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal(seconds.ToString(CultureInfo.InvariantCulture), response.Headers.GetValues("Retry-After").Single());
    }
}
