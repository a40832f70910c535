using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

public sealed class ParallelLogInTests(ConfiguredCostApp app) : IClassFixture<ConfiguredCostApp>
{
    private const string Route = "/api/v1/auth/login";

    /// <remarks>The protection against guessing must not refuse the owner's own devices.</remarks>
    [Fact]
    public async Task Twenty_concurrent_correct_logins_all_succeed()
    {
        var user = await app.RegisterAsync();

        var answers = await Concurrently.StatusesAsync(20, _ => app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(20L, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.Id));
    }

    /// <remarks>Each of them tries to renew the hash.</remarks>
    [Fact]
    public async Task Twenty_concurrent_logins_with_an_old_hash_all_succeed()
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users(email, password_hash) VALUES ($1, $2)", email, PythonHashes.Bcrypt2b);

        var answers = await Concurrently.StatusesAsync(20, _ => app.Anonymous().PostAsync(Route, new { email, password = "correct horse" }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.StartsWith("$2b$10$", (string?)await app.SqlAsync("SELECT password_hash FROM users WHERE email = $1", email), StringComparison.Ordinal);
    }

    /// <remarks>A code is accepted once (RFC 6238, section 5.2). Here, all requests share one challenge.</remarks>
    [Fact]
    public async Task One_code_sent_sixteen_times_to_one_challenge_creates_one_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);
        var code = app.Code(user.Secret);

        await ShouldCreateOneSessionAsync(user, _ => app.SubmitCodeAsync(token, code));
    }

    /// <remarks>Here, each request has its own challenge, so only the code is the same.</remarks>
    [Fact]
    public async Task One_code_sent_to_sixteen_challenges_creates_one_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var tokens = new List<string>();
        for (var count = 0; count < 16; count++)
        {
            tokens.Add(await app.ChallengeAsync(user.User));
        }

        var code = app.Code(user.Secret);

        await ShouldCreateOneSessionAsync(user, index => app.SubmitCodeAsync(tokens[index], code));
    }

    /// <remarks>Here, the code is sent with the password in one step.</remarks>
    [Fact]
    public async Task One_code_sent_sixteen_times_with_the_password_creates_one_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var body = new { email = user.User.Email, password = user.User.Password, two_factor_code = app.Code(user.Secret) };

        await ShouldCreateOneSessionAsync(user, _ => app.Anonymous().PostAsync(Route, body));
    }

    /// <remarks>A recovery code works once (OWASP ASVS 6.5.1).</remarks>
    [Fact]
    public async Task One_recovery_code_sent_sixteen_times_creates_one_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var body = new { email = user.User.Email, password = user.User.Password, recovery_code = user.RecoveryCodes[3] };

        await ShouldCreateOneSessionAsync(user, _ => app.Anonymous().PostAsync(Route, body));
    }

    /// <remarks>A challenge works once, even if several codes are correct.</remarks>
    [Fact]
    public async Task Ten_recovery_codes_sent_concurrently_to_one_challenge_create_one_session()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var token = await app.ChallengeAsync(user.User);

        await ShouldCreateOneSessionAsync(user, index => app.SubmitRecoveryCodeAsync(token, user.RecoveryCodes[index]), times: 10);
    }

    /// <remarks>The replicas share nothing but the database.</remarks>
    [Fact]
    public async Task One_code_sent_to_two_replicas_creates_one_session()
    {
        var replica = app.StartReplica(out var stop);
        using (stop)
        {
            var user = await app.SignUpWithTwoFactorAsync();
            var body = new { email = user.User.Email, password = user.User.Password, two_factor_code = app.Code(user.Secret) };

            await ShouldCreateOneSessionAsync(user, index => (index % 2 == 0 ? app.Anonymous() : replica).PostAsync(Route, body), times: 8);
        }
    }

    /// <remarks>Ten concurrent wrong codes are checked, and all others are refused.</remarks>
    [Fact]
    public async Task Concurrent_wrong_codes_are_all_counted()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var body = new { email = user.User.Email, password = user.User.Password, two_factor_code = app.WrongCode(user.Secret) };

        var answers = await Concurrently.StatusesAsync(16, _ => app.Anonymous().PostAsync(Route, body));

        Assert.Equal(10, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(6, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    private async Task ShouldCreateOneSessionAsync(TwoFactorUser user, Func<int, Task<HttpResponseMessage>> send, int times = 16)
    {
        var before = await SessionsAsync(user);

        var answers = await Concurrently.StatusesAsync(times, send);

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.OK));
        Assert.All(
            answers.Where(status => status != HttpStatusCode.OK),
            status => Assert.Contains(status, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests }));
        Assert.Equal(before + 1, await SessionsAsync(user));
    }

    private async Task<long> SessionsAsync(TwoFactorUser user) => (long)(await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", user.User.Id))!;
}
