namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Logs in with an authenticator app, as a user would.</summary>
internal static class TwoFactorSteps
{
    private const string LogIn = "/api/v1/auth/login";

    /// <summary>Returns the app's current code, or the code of an earlier or later time step.</summary>
    public static string Code(this CortexApp app, string secret, int stepsAway = 0) => Totp.Code(secret, app.Clock.GetUtcNow(), stepsAway);

    /// <summary>Returns six digits that aren't a code of this secret in any nearby time step.</summary>
    public static string WrongCode(this CortexApp app, string secret)
    {
        var right = Enumerable.Range(-3, 7).Select(step => app.Code(secret, step)).ToHashSet();
        return new[] { "000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777" }.First(code => !right.Contains(code));
    }

    /// <summary>Advances the clock by one time step of 30 seconds, so that the app shows a new code.</summary>
    public static void NextStep(this CortexApp app) => app.Clock.Advance(TimeSpan.FromSeconds(30));

    /// <summary>Performs the first step of a login and returns the <c>two_factor_token</c>.</summary>
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

    /// <summary>Submits wrong codes, at most four per challenge, because a fifth would invalidate it.</summary>
    public static async Task FailSecondStepAsync(this CortexApp app, TwoFactorUser user, int times)
    {
        var token = "";
        for (var i = 0; i < times; i++)
        {
            token = i % 4 == 0 ? await app.ChallengeAsync(user.User) : token;
            await (await app.SubmitCodeAsync(token, app.WrongCode(user.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }
    }
}
