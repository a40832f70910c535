using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>Logins of users whose rows another program inserted.</summary>
public sealed class StoredHashTests : IClassFixture<ConfiguredCostApp>
{
    private const string Route = "/api/v1/auth/login";
    private const string Horse = "correct horse";

    // Generated with libxcrypt: perl -e 'print crypt("correct horse", "$2b$06$abcdefghijklmnopqrstuu")', and so on.
    private const string BcryptCost6 = "$2b$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC";
    private const string BcryptCost7 = "$2b$07$abcdefghijklmnopqrstuuhZbjkdqACUPn8aMizcVK3G.oXGejdo6";
    private const string BcryptCost8 = "$2b$08$abcdefghijklmnopqrstuubAvJmxpQuyV3jn7x.SUSPxe.DearCPe";
    private const string BcryptCost9 = "$2b$09$abcdefghijklmnopqrstuu5i2ZWuLNMLJE.p.KbVU/9BMQd.yS3Ve";

    private readonly ConfiguredCostApp _app;

    public StoredHashTests(ConfiguredCostApp app)
    {
        _app = app;

        // An address may fail twenty times within five minutes, so each test gets its own window.
        app.Clock.Advance(TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task A_user_created_with_a_plain_INSERT_can_log_in()
    {
        var email = await InsertAsync(PythonHashes.Bcrypt2b);

        var tokens = Tokens.Of(await (await LogInAsync(email)).JsonAsync(HttpStatusCode.OK));

        var me = await (await _app.WithToken(tokens.AccessToken).GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken))
            .JsonAsync(HttpStatusCode.OK);
        Assert.Equal(email, me.GetProperty("email").GetString());
        Assert.Equal("free", me.GetProperty("subscription_tier").GetString());
    }

    [Fact]
    public async Task NULL_columns_read_as_the_defaults()
    {
        var email = await InsertAsync(PythonHashes.Bcrypt2b);
        await _app.SqlAsync(
            "UPDATE users SET subscription_tier = NULL, is_active = NULL, is_verified = NULL, two_factor_enabled = NULL, created_at = NULL, security_stamp "
                + "= NULL WHERE email = $1",
            email);

        var tokens = Tokens.Of(await (await LogInAsync(email)).JsonAsync(HttpStatusCode.OK));

        await (await _app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A higher cost also protects existing passwords after their next login (OWASP ASVS 11.4.2).</remarks>
    [Theory]
    [InlineData(PythonHashes.Bcrypt2a)]
    [InlineData(PythonHashes.Bcrypt2b)]
    [InlineData(PythonHashes.Bcrypt2y)]
    [InlineData(PythonHashes.BcryptCost5)]
    [InlineData(BcryptCost6)]
    [InlineData(BcryptCost7)]
    [InlineData(BcryptCost8)]
    [InlineData(BcryptCost9)]
    [InlineData(PythonHashes.BcryptCost12)]
    [InlineData(PythonHashes.Sha256V1)]
    [InlineData(PythonHashes.Sha256V1Of2a)]
    [InlineData(PythonHashes.Sha256V2)]
    public async Task A_hash_with_another_cost_or_form_is_renewed_at_login(string hash)
    {
        var email = await InsertAsync(hash);

        await (await LogInAsync(email)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Matches(@"\A\$2b\$10\$[./A-Za-z0-9]{53}\z", await HashOfAsync(email));
        await (await LogInAsync(email)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_hash_is_renewed_in_the_form_that_its_password_needs()
    {
        var email = await InsertAsync(PythonHashes.Sha256V1WithNul);

        await (await LogInAsync(email, "longpassword\0AAA")).ShouldBeAsync(HttpStatusCode.OK);

        Assert.StartsWith("$bcrypt-sha256$v=2,t=2b,r=10$", await HashOfAsync(email), StringComparison.Ordinal);
        await (await LogInAsync(email, "longpassword")).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await LogInAsync(email, "longpassword\0AAA")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_hash_with_the_configured_cost_is_not_changed()
    {
        var user = await _app.RegisterAsync();
        var before = await HashOfAsync(user.Email);

        await _app.LogInAsync(user);

        Assert.Equal(before, await HashOfAsync(user.Email));
    }

    [Fact]
    public async Task A_wrong_password_renews_nothing()
    {
        var email = await InsertAsync(PythonHashes.Bcrypt2b);

        await (await LogInAsync(email, "correct hors")).ShouldBeProblemAsync(401, "invalid_credentials");

        Assert.Equal(PythonHashes.Bcrypt2b, await HashOfAsync(email));
    }

    [Fact]
    public async Task A_hash_is_renewed_before_the_second_factor_is_required()
    {
        var user = await _app.SignUpWithTwoFactorAsync();
        await _app.SqlAsync("UPDATE users SET password_hash = $1 WHERE id = $2", PythonHashes.Bcrypt2b, user.User.Id);

        var token = await _app.ChallengeAsync(user.User with { Password = Horse });

        Assert.StartsWith("$2b$10$", await HashOfAsync(user.User.Email), StringComparison.Ordinal);
        await (await _app.SubmitCodeAsync(token, _app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("!")]
    [InlineData("*")]
    [InlineData(Horse)]
    [InlineData("$")]
    [InlineData("$2b$")]
    [InlineData("$2b$10$")]
    [InlineData("$2b$10$abcdefghijklmnopqrstuu")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6ee")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n")]
    [InlineData(" $2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$00$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$99$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$xx$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$2b$04$abcdefghijklmnopqrstü!jydOTSfIH/d5oUHpsygqV5X9xJLQc6e")]
    [InlineData("$bcrypt-sha256$")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$")]
    [InlineData("$bcrypt-sha256$v=3,t=2b,r=4$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$bcrypt-sha256$v=2,t=2b,r=99$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG")]
    [InlineData("pbkdf2_sha256$600000$salt$aGFzaA==")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99")]
    [InlineData("AQAAAAIAAYagAAAAEA==")]
    public async Task A_malformed_hash_fails_the_login(string hash)
    {
        var email = await InsertAsync(hash);

        await (await LogInAsync(email)).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    private async Task<string> InsertAsync(string hash)
    {
        var email = _app.NewEmail();
        await _app.SqlAsync("INSERT INTO users(email, password_hash) VALUES ($1, $2)", email, hash);
        return email;
    }

    private async Task<string> HashOfAsync(string email) => (string)(await _app.SqlAsync("SELECT password_hash FROM users WHERE email = $1", email))!;

    private Task<HttpResponseMessage> LogInAsync(string email, string password = Horse) => _app.Anonymous().PostAsync(Route, new { email, password });
}
