using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary><c>rotate-keys</c> encrypts all secrets with the new SECRET_KEY, so that the old one can be removed.</summary>
public sealed class ReencryptionTests(Es256App app) : IClassFixture<Es256App>
{
    private const string NewSecret = "a-new-secret-of-more-than-32-bytes-for-all";
    private const string WrongSecret = "quite-another-secret-of-more-than-32-bytes";
    private const string PythonSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

    [Fact]
    public async Task Secrets_encrypted_with_the_old_key_work_with_the_new_one_alone()
    {
        var old = await app.SignUpWithTwoFactorAsync();
        var plain = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET two_factor_secret = $1, two_factor_enabled = true WHERE id = $2", PythonSecret, plain.Id);
        var invalid = await app.RegisterAsync();
        await app.SqlAsync("UPDATE users SET two_factor_secret = $1 WHERE id = $2", "no secret at all!", invalid.Id);
        var kid = Assert.Single(await KeyPairApp.KeyIdsAsync(app.Anonymous()));

        // During a rotation, replicas are first configured with "new,old".
        var first = (await RunAsync($"{NewSecret},{CortexApp.SecretKey}")).ShouldExitWith(0);
        var second = (await RunAsync($"{NewSecret},{CortexApp.SecretKey}")).ShouldExitWith(0);

        Assert.Contains(first.OutputLines(), line => line.Contains("2 of 3 TOTP secrets, 1 of 2 signing keys", StringComparison.Ordinal));
        Assert.Contains(second.OutputLines(), line => line.Contains("0 of 3 TOTP secrets, 0 of 3 signing keys", StringComparison.Ordinal));
        using var http = app.StartReplica(out var replica, ("SECRET_KEY", NewSecret));
        using var _ = replica;
        app.NextStep();
        foreach (var (user, secret) in new[] { (old.User, old.Secret), (plain, PythonSecret) })
        {
            var answer = await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password, two_factor_code = app.Code(secret) });
            Assert.Equal(kid, KeyPairApp.KeyIdOf(Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK))));
        }

        Assert.Equal("no secret at all!", await app.SqlAsync("SELECT two_factor_secret FROM users WHERE id = $1", invalid.Id));

        // Values that no configured SECRET_KEY can decrypt are named but not shown.
        await app.SqlAsync("UPDATE users SET two_factor_secret = NULL WHERE id = $1", invalid.Id);
        var failed = (await RunAsync(WrongSecret, algorithm: "HS256")).ShouldExitWith(1);
        Assert.Contains(failed.ErrorLines, line => line.Contains(old.User.Id.ToString(), StringComparison.Ordinal));
        Assert.Contains(failed.ErrorLines, line => line.Contains(kid, StringComparison.Ordinal));
        Assert.DoesNotContain("enc:v1", failed.Errors + failed.Output, StringComparison.Ordinal);

        // The doctor tries a few of them.
        (await Doctor.RunAsync(app.ConnectionString, ("SECRET_KEY", NewSecret))).ShouldSay(3, ("ok    database secrets", "and signing keys"));
        (await Doctor.RunAsync(app.ConnectionString, ("SECRET_KEY", WrongSecret))).ShouldSay(1, ("fail  database secrets", "can't decrypt"));
    }

    [Theory]
    [InlineData("rotate-keys")]
    [InlineData("rotate-keys", "--now")]
    [InlineData("rotate-keys", "--revoke")]
    public async Task A_SECRET_KEY_other_than_the_servers_changes_nothing(params string[] command)
    {
        var kids = await KidsInTableAsync();

        var run = (await RunAsync(WrongSecret, command: command)).ShouldExitWith(1);

        Assert.Contains(run.ErrorLines, line => line.StartsWith("None of the signing keys can be decrypted", StringComparison.Ordinal));
        Assert.Equal(kids.Order(), (await KidsInTableAsync()).Order());
    }

    private async Task<string[]> KidsInTableAsync() => (string[])(await app.SqlAsync("SELECT array_agg(id)::text[] FROM signing_keys"))!;

    private Task<ServerRun> RunAsync(string secrets, string algorithm = "ES256", params string[] command) =>
        Cli.RunAsync(app.ConnectionString, command is [] ? ["rotate-keys"] : command, settings: [("SECRET_KEY", secrets), ("JWT_ALGORITHM", algorithm)]);
}
