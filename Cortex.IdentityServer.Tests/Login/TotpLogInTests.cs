using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A login accepts only unused codes of nearby time steps from an authenticator app.</summary>
public sealed class TotpLogInTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/login/2fa";

    /// <remarks>An attacker who watches the user type the code must not be able to reuse it (RFC 6238, section 5.2).</remarks>
    [Fact]
    public async Task A_code_works_once()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var code = app.Code(user.Secret);
        await ShouldPassAsync(user, code);

        await ShouldFailAsync(user, code, $"{code[..3]} {code[3..]}", code + " ", " " + code, $"{code[..3]}-{code[3..]}");
        app.NextStep();
        await ShouldFailAsync(user, code);
    }

    /// <remarks>The code that turned on the second factor has been used (RFC 6238, section 5.2).</remarks>
    [Fact]
    public async Task The_code_used_for_setup_does_not_log_in()
    {
        var (user, _, http) = await app.SignUpAsync();
        var secret = (await (await http.PostAsync("/api/v1/auth/2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        var code = app.Code(secret);
        await (await http.PostAsync("/api/v1/auth/2fa/verify", new { code })).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), code)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        app.NextStep();
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user), app.Code(secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A code that was used to change settings can't be used to log in either.</remarks>
    [Fact]
    public async Task The_code_used_to_create_recovery_codes_does_not_log_in()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var code = app.Code(user.Secret);
        await (await user.Http.PostAsync("/api/v1/auth/2fa/recovery-codes", new { code })).ShouldBeAsync(HttpStatusCode.OK);

        await ShouldFailAsync(user, code);
    }

    /// <remarks>RFC 6238, section 5.2, recommends allowing a delay of at most one time step.</remarks>
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_clock_may_be_off_by_one_time_step(int steps)
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await ShouldPassAsync(user, app.Code(user.Secret, steps));
    }

    /// <remarks>A wider window would make it easier to guess a code (RFC 6238, section 5.2).</remarks>
    [Theory]
    [InlineData(-3)]
    [InlineData(-2)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_clock_may_not_be_off_by_more_than_one_time_step(int steps)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        app.NextStep();

        await ShouldFailAsync(user, app.Code(user.Secret, steps));
    }

    /// <remarks>Time doesn't go back, so an older code can only be a replay.</remarks>
    [Fact]
    public async Task A_code_older_than_an_accepted_one_is_refused()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await ShouldPassAsync(user, app.Code(user.Secret, 1));

        await ShouldFailAsync(user, app.Code(user.Secret), app.Code(user.Secret, -1), app.Code(user.Secret, 1));
        app.NextStep();
        await ShouldFailAsync(user, app.Code(user.Secret));
        await ShouldPassAsync(user, app.Code(user.Secret, 1));
    }

    /// <remarks>
    /// The test needs a code that begins with a zero: a number parser would also accept it without the zero, and the second spelling could be used as a second
    /// code.
    /// </remarks>
    [Fact]
    public async Task A_code_has_exactly_six_ASCII_digits()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        while (app.Code(user.Secret)[0] != '0')
        {
            app.NextStep();
        }

        var code = app.Code(user.Secret);
        await ShouldFailAsync(user, code[1..], code.TrimStart('0'), "+" + code[1..], " " + code[1..], "-" + code[1..], "0" + code);
        await ShouldPassAsync(user, code);
        app.NextStep();
        code = app.Code(user.Secret);
        await ShouldFailAsync(
            user, code + "\n", code + "\0", string.Concat(code.Select(digit => (char)('\u0660' + (digit - '0')))),
            string.Concat(code.Select(digit => (char)('\uFF10' + (digit - '0')))), "0x" + code[2..], "");
        await ShouldPassAsync(user, code);
    }

    /// <remarks>A JSON value of another type is refused, not converted.</remarks>
    [Theory]
    [InlineData("123456")]
    [InlineData("12345.6")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[\"123456\"]")]
    [InlineData("{\"code\": \"123456\"}")]
    public async Task A_code_that_is_not_a_string_is_refused(string json)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);

        await (await app.Anonymous().PostTextAsync(Route, $$"""{"two_factor_token": {{JsonSerializer.Serialize(token)}}, "code": {{json}}}"""))
            .ShouldBeProblemAsync(400, "validation_failed");
    }

    /// <remarks>The length is checked before any other work.</remarks>
    [Fact]
    public async Task A_code_of_ten_kilobytes_is_refused()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), new string('1', 10_000))).ShouldBeProblemAsync(400, "validation_failed");
    }

    private async Task ShouldPassAsync(TwoFactorUser user, string code) =>
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), code)).ShouldBeAsync(HttpStatusCode.OK);

    private async Task ShouldFailAsync(TwoFactorUser user, params string[] codes)
    {
        var token = "";
        for (var index = 0; index < codes.Length; index++)
        {
            token = index % 4 == 0 ? await app.ChallengeAsync(user.User) : token;
            await (await app.SubmitCodeAsync(token, codes[index])).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }
    }
}
