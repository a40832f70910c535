namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>What a person with an authenticator app does.</summary>
internal static class TwoFactorSteps
{
    private const string LogIn = "/api/v1/auth/login";

    /// <summary>The app's code now, or that of a step before or after.</summary>
    public static string Code(this CortexApp app, string secret, int stepsAway = 0) => Totp.Code(secret, app.Clock.GetUtcNow(), stepsAway);

    /// <summary>Six digits that are no code of this secret around now.</summary>
    public static string WrongCode(this CortexApp app, string secret)
    {
        var right = Enumerable.Range(-3, 7).Select(step => app.Code(secret, step)).ToHashSet();
        return new[] { "000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777" }.First(code => !right.Contains(code));
    }

    /// <summary>The next 30 seconds, so that the app shows a new code.</summary>
    public static void NextStep(this CortexApp app) => app.Clock.Advance(TimeSpan.FromSeconds(30));

    /// <summary>The first step of a login: the two_factor_token.</summary>
    public static async Task<string> ChallengeAsync(this CortexApp app, TestUser user)
    {
        var problem = await (await app.Anonymous().PostAsync(LogIn, new { email = user.Email, password = user.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
        return problem.GetProperty("two_factor_token").GetString()!;
    }

    public static Task<HttpResponseMessage> SubmitCodeAsync(this CortexApp app, string twoFactorToken, string code) =>
        app.Anonymous().PostAsync(LogIn + "/2fa", new { two_factor_token = twoFactorToken, code });

    public static Task<HttpResponseMessage> SubmitRecoveryCodeAsync(this CortexApp app, string twoFactorToken, string recoveryCode) =>
        app.Anonymous().PostAsync(LogIn + "/2fa", new { two_factor_token = twoFactorToken, recovery_code = recoveryCode });

    /// <summary>Both steps with a wrong code, so many times; four to a challenge, which the fifth would kill.</summary>
    public static async Task FailSecondStepAsync(this CortexApp app, TwoFactorUser user, int times)
    {
        var token = "";
        for (var time = 0; time < times; time++)
        {
            token = time % 4 == 0 ? await app.ChallengeAsync(user.User) : token;
            await (await app.SubmitCodeAsync(token, app.WrongCode(user.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }
    }
}
