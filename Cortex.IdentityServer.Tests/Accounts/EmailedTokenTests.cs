using System.Net;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>An emailed token works only for its own purpose.</summary>
/// <remarks>A token is bound to its account and its purpose (RFC 8725, section 3.11; CVE-2023-26481).</remarks>
public sealed class EmailedTokenTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Verify = Auth + "verify-email";
    private const string Reset = Auth + "reset-password";
    private const string Confirm = Auth + "change-email/confirm";

    private static readonly (string Route, string Code)[] Routes =
        [(Verify, "invalid_verification_token"), (Reset, "invalid_reset_token"), (Confirm, "invalid_verification_token")];

    [Fact]
    public async Task Each_kind_of_token_works_only_on_its_own_route()
    {
        var changing = await app.SignUpAsync();
        var twoFactor = await app.SignUpWithTwoFactorAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(changing.Http);
        (string Kind, string Token, string? Own)[] tokens =
        [
            ("verification", await app.VerificationTokenAsync((await app.RegisterAsync()).Email), Verify),
            ("reset", await app.ResetTokenAsync((await app.RegisterAsync()).Email), Reset),
            ("invitation", (await app.InviteAsync()).Token, Reset),
            ("change of email", await app.EmailChangeTokenAsync(changing.Http, app.NewEmail()), Confirm),
            ("access", changing.Tokens.AccessToken, null),
            ("refresh", changing.Tokens.RefreshToken, null),
            ("two-factor", await app.ChallengeAsync(twoFactor.User), null),
            ("API key", key, null),
        ];

        foreach (var (kind, token, own) in tokens)
        {
            foreach (var (route, code) in Routes.Where(route => route.Route != own))
            {
                var problem = await (await SendAsync(route, token)).JsonAsync(HttpStatusCode.BadRequest);
                Assert.True(problem.GetProperty("code").GetString() == code, $"{kind} at {route}: {problem}");
            }
        }

        // All of them were valid.
        foreach (var (_, token, own) in tokens.Where(token => token.Own is not null))
        {
            await (await SendAsync(own!, token)).ShouldBeAsync(HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task No_emailed_token_works_as_another_credential()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        string[] tokens =
        [
            await app.VerificationTokenAsync((await app.RegisterAsync()).Email), await app.ResetTokenAsync(user.User.Email),
            (await app.InviteAsync()).Token, await app.EmailChangeTokenAsync(user.Http, app.NewEmail()),
        ];

        foreach (var token in tokens)
        {
            await app.WithToken(token).ShouldBeRefusedAsync();
            await app.WithKey(token).ShouldBeRefusedAsync();
            await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = token })).ShouldBeProblemAsync(401, "invalid_refresh_token");
            await (await app.SubmitCodeAsync(token, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        }
    }

    /// <remarks>The MAC covers the prefix, and a token has exactly one spelling.</remarks>
    [Fact]
    public async Task A_modified_token_is_invalid()
    {
        var token = await app.ResetTokenAsync((await app.RegisterAsync()).Email);
        var last = token[^1] == 'A' ? 'B' : 'A';
        foreach (var modified in new[]
        {
            "cve_" + token[4..], "civ_" + token[4..], "cce_" + token[4..], token[4..], token + "=", token + "A", " " + token, token + "\n", token[..^1],
            token[..^1] + last,
            token.ToUpperInvariant(), token.ToLowerInvariant(), token.Replace("cpr_", "CPR_", StringComparison.Ordinal), token + token,
        })
        {
            foreach (var (route, code) in Routes)
            {
                await (await SendAsync(route, modified)).ShouldBeProblemAsync(400, code);
            }
        }

        await (await SendAsync(Reset, token)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>A token identifies its account, so an additional email is an unknown field.</remarks>
    [Fact]
    public async Task A_token_cannot_be_used_for_another_account()
    {
        var (attacker, victim) = (await app.RegisterAsync(), await app.RegisterAsync());
        var token = await app.ResetTokenAsync(attacker.Email);

        await (await app.Anonymous().PostAsync(Reset, new { token, new_password = EmailSteps.NewPassword, email = victim.Email }))
            .ShouldBeProblemAsync(400, "unknown_field");

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(victim.Email, victim.Password));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("0")]
    [InlineData("true")]
    [InlineData("[\"cpr_AAAA\"]")]
    [InlineData("\"garbage\"")]
    [InlineData("\"cpr_\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"' OR 1=1--\"")]
    [InlineData("long")]
    [InlineData("zeros")]
    public async Task Text_that_is_not_a_token_is_refused(string? json)
    {
        var token = json switch
        {
            "long" => $"\"{new string('a', 10_240)}\"",
            "zeros" => $"\"cpr_{new string('A', 64)}\"",
            _ => json,
        };
        foreach (var (route, code) in Routes)
        {
            var body = new JsonObject();
            if (token is not null)
            {
                body["token"] = JsonNode.Parse(token);
            }

            if (route == Reset)
            {
                body["new_password"] = EmailSteps.NewPassword;
            }

            var problem = await (await app.Anonymous().PostTextAsync(route, body.ToJsonString())).JsonAsync(HttpStatusCode.BadRequest);

            Assert.Contains(problem.GetProperty("code").GetString(), new[] { code, "validation_failed" });
        }
    }

    private Task<HttpResponseMessage> SendAsync(string route, string token) =>
        app.Anonymous().PostAsync(route, route == Reset ? new { token, new_password = EmailSteps.NewPassword } : new { token });
}
