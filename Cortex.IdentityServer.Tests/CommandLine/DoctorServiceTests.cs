using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Telemetry;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary><c>doctor</c> names what is wrong with Redis, the mail server, Polar, files, and addresses. The database is healthy.</summary>
public sealed class DoctorServiceTests(PostgresCluster cluster) : IAsyncLifetime
{
    private string _database = "";

    public async ValueTask InitializeAsync() => _database = await cluster.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_Redis_that_evicts_counts_is_a_warning()
    {
        await using var redis = await Doctor.StartRedisAsync("--maxmemory", "50mb", "--maxmemory-policy", "volatile-lru");

        (await Doctor.RunAsync(_database, ("REDIS_URL", redis.Url))).ShouldSay(
            3, ("ok    redis", "counts rate limits"), ("warn  redis memory", "volatile-lru"));
    }

    [Fact]
    public async Task A_Redis_user_without_rights_fails_and_the_documented_one_is_ok()
    {
        await using var redis = await Doctor.StartRedisAsync();
        var page = await File.ReadAllLinesAsync(Path.Combine(LocalFolder.SolutionFolder()!, "docs", "redis.md"), TestContext.Current.CancellationToken);
        await redis.ExecuteAsync(page.Single(line => line.StartsWith("ACL SETUSER ", StringComparison.Ordinal)).Split(' '));
        await redis.ExecuteAsync(["ACL", "SETUSER", "cortex", "resetpass", $">{Doctor.Password}"]);
        var url = $"redis://cortex:{Doctor.Password}@127.0.0.1:{redis.Port}";

        (await Doctor.RunAsync(_database, ("REDIS_URL", url))).ShouldSay(3, ("ok    redis", "counts"), ("ok    redis memory", "may not read"));
        await redis.ExecuteAsync(["ACL", "SETUSER", "cortex", "-incr"]);
        (await Doctor.RunAsync(_database, ("REDIS_URL", url))).ShouldSay(1, ("fail  redis", "NOPERM: incr"));
        await redis.ExecuteAsync(["ACL", "SETUSER", "cortex", "resetpass", ">another"]);

        // Otherwise, Redis would go on with its default user, who needs no password.
        await redis.ExecuteAsync(["ACL", "SETUSER", "default", "off"]);
        (await Doctor.RunAsync(_database, ("REDIS_URL", url))).ShouldSay(1, ("fail  redis", "rejects the user or password"));
    }

    [Fact]
    public async Task A_cluster_is_ok_and_a_Sentinel_fails()
    {
        await using var redis = await Doctor.StartRedisAsync(RedisServer.Cluster);
        await redis.ExecuteAsync(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(20), "the cluster", async () =>
                $"{await redis.ExecuteAsync(["CLUSTER", "INFO"])}".Contains("cluster_state:ok", StringComparison.Ordinal));
        await using var sentinel = new RedisServer { SentinelOf = redis.Port };
        await sentinel.StartAsync();

        (await Doctor.RunAsync(_database, ("REDIS_URL", redis.Url))).ShouldSay(3, ("ok    redis", "a cluster"));
        (await Doctor.RunAsync(_database, ("REDIS_URL", redis.Url + "/1"))).ShouldSay(1, ("fail  redis", "a cluster has only database 0"));
        (await Doctor.RunAsync(_database, ("REDIS_URL", sentinel.Url))).ShouldSay(1, ("fail  redis", "it is a Sentinel"));
    }

    [Fact]
    public async Task A_mail_server_that_refuses_the_login_fails()
    {
        await using var smtp = new SmtpListener { Login = ("mailer", "another password") };

        (await Doctor.RunAsync(
            _database, ("SMTP_URL", $"smtp://mailer:{Doctor.Password}@127.0.0.1:{smtp.Port}"), ("EMAIL_FROM", "a@example.com"))).ShouldSay(
            1, ("fail  mail", "the login was refused"));

        Assert.Empty(smtp.Received);
    }

    [Fact]
    public async Task A_wrong_token_for_Polar_fails()
    {
        await using var polar = await PolarStub.StartAsync(new PolarStubOptions { AccessToken = "polar_oat_another" }, TestContext.Current.CancellationToken);

        (await Doctor.RunAsync(_database, ("POLAR_API_URL", polar.Url.AbsoluteUri), ("POLAR_ACCESS_TOKEN", Doctor.Password))).ShouldSay(
            1, ("fail  polar", "doesn't accept the access token"), ("warn  polar webhooks", "POLAR_WEBHOOK_SECRET"));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, 3, "warn", "chmod o-rwx")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite, 1, "fail", "chmod go-w")]
    public async Task A_secret_file_that_others_can_read_or_change_is_reported(UnixFileMode mode, int exitCode, string verdict, string words)
    {
        using var folder = new CertificateFolder();
        var secret = Path.Combine(folder.Root, "secret");
        await File.WriteAllTextAsync(secret, CortexApp.SecretKey, TestContext.Current.CancellationToken);
#pragma warning disable CA1416 // These tests only run on Linux.
        File.SetUnixFileMode(secret, mode);
#pragma warning restore CA1416

        (await Doctor.RunAsync(_database, ("SECRET_KEY", ""), ("SECRET_KEY_FILE", secret))).ShouldSay(exitCode, ($"{verdict}  files", words));
    }

    [Fact]
    public async Task A_missing_secret_file_and_a_key_of_another_certificate_fail()
    {
        using var folder = new CertificateFolder();
        using var chain = new TestChain();
        using var one = chain.Issue();
        using var other = chain.Issue();
        folder.Write(one.ChainPem, other.KeyPem);

        (await Doctor.RunAsync(
            _database,
            [.. folder.Variables, ("ASPNETCORE_URLS", "https://127.0.0.1:0"), ("SECRET_KEY", ""), ("SECRET_KEY_FILE", folder.Root + "/none")])).ShouldSay(
            1, ("fail  settings", "TLS_KEY_FILE must contain the private key of the first certificate"),
            ("fail  settings", "SECRET_KEY_FILE must name a file"), ("ok    database", "is version"));
    }

    [Theory]
    [InlineData(-3, -1, 1, "fail", "has expired")]
    [InlineData(-1, 10, 3, "warn", "for 10 more days")]
    [InlineData(1, 80, 1, "fail", "isn't valid yet")]
    public async Task A_certificate_that_is_not_valid_for_long_is_reported(int from, int until, int exitCode, string verdict, string words)
    {
        using var folder = new CertificateFolder();
        using var chain = new TestChain();
        using var issued = chain.Issue(from, until);
        folder.Write(issued);

        (await Doctor.RunAsync(_database, [.. folder.Variables, ("ASPNETCORE_URLS", "https://127.0.0.1:0")])).ShouldSay(
            exitCode, ($"{verdict}  certificate", words));
    }

    [Fact]
    public async Task A_taken_address_fails_unless_a_server_runs_there()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://{other.LocalEndpoint}";

        (await Doctor.RunAsync(_database, ("ASPNETCORE_URLS", taken))).ShouldSay(1, ("fail  addresses", "another program is already listening there"));
        (await Doctor.RunAsync(_database, ("MANAGEMENT_URLS", taken))).ShouldSay(1, ("fail  metrics", "another program is already listening there"));

        await using var server = Cli.Start(_database, ["serve", "--urls", "http://127.0.0.1:0"], ("MANAGEMENT_URLS", "http://127.0.0.1:0"));
        var address = await server.WaitForAddressAsync();
        var management = MonitoredServer.ManagementAddress(server.Output);
        var run = await Doctor.RunAsync(
            _database, ("ASPNETCORE_URLS", address.GetLeftPart(UriPartial.Authority)), ("MANAGEMENT_URLS", management.GetLeftPart(UriPartial.Authority)));
        run.ShouldSay(
            3, ("ok    addresses", "A server is running"), ("ok    metrics", "A server is running"), ("ok    database connections", "needs up to 32"));
    }
}
