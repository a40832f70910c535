using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Billing;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Data.Owners;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary><c>doctor</c> on a complete installation, and on one where everything is broken.</summary>
public sealed class DoctorTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_complete_installation_is_ok_and_nothing_changes()
    {
        var database = await cluster.CreateDatabaseAsync();
        await PythonDatabase.SqlAsync<Guid>(database, "INSERT INTO users (email, password_hash) VALUES ('a@example.com', 'x') RETURNING id");
        var (schema, rows) = (await WholeSchema.ReadAsync(database), await PythonDatabase.DumpAsync(database));
        await using var redis = await Doctor.StartRedisAsync();
        await using var smtp = new SmtpListener { Login = ("mailer", Doctor.Password) };
        await using var polar = await PolarStub.StartAsync(new PolarStubOptions { AccessToken = PolarApp.AccessToken }, TestContext.Current.CancellationToken);
        using var chain = new TestChain();
        using var issued = chain.Issue();
        using var files = new CertificateFolder();
        files.Write(issued);
        var secret = Path.Combine(files.Root, "secret");
        await File.WriteAllTextAsync(secret, CortexApp.SecretKey + "\n", TestContext.Current.CancellationToken);
        Protect(secret, files.KeyFile);

        var run = await Doctor.RunAsync(
            database,
            [
                .. files.Variables, ("ASPNETCORE_URLS", "https://127.0.0.1:0"), ("SECRET_KEY", ""), ("SECRET_KEY_FILE", secret), ("REDIS_URL", redis.Url),
                ("SMTP_URL", $"smtp://mailer:{Doctor.Password}@127.0.0.1:{smtp.Port}"), ("EMAIL_FROM", "no-reply@example.com"),
                ("POLAR_API_URL", polar.Url.AbsoluteUri), ("POLAR_ACCESS_TOKEN", PolarApp.AccessToken), ("POLAR_USAGE_EVENT", "usage"),
                ("POLAR_WEBHOOK_SECRET", "whsec_Q3mJr8vXn2LwTzKb5PdYh7GcFs4EaU9o"),
            ]);

        run.ShouldSay(
            0, ("ok    settings", "valid"), ("ok    files", "SECRET_KEY_FILE"), ("ok    files", "TLS_KEY_FILE"), ("ok    certificate", "id.example.com"),
            ("ok    addresses", "https://127.0.0.1:0 is free"), ("ok    metrics", "http://127.0.0.1:0 is free"), ("ok    database", "is version"),
            ("ok    database encoding", "UTF8"), ("ok    database connections", "needs up to"), ("ok    database schema", "All migrations"),
            ("ok    database rights", "may serve and migrate"), ("ok    database triggers", "enabled"), ("ok    database secrets", "decrypts"),
            ("ok    database notices", "arrived"), ("ok    database clock", "this machine's"), ("ok    redis", "counts rate limits"),
            ("ok    mail", "accepts the login"), ("ok    polar", "meters:read"));
        Assert.Empty(run.Findings());
        Assert.DoesNotContain(PolarApp.AccessToken, run.Output, StringComparison.Ordinal);
        Assert.Empty(smtp.Received);
        Assert.Equal(1, smtp.TimesReached(SmtpPhase.Quit));
        Assert.Equal(0, smtp.TimesReached(SmtpPhase.MailFrom));
        Assert.Equal((schema, rows), (await WholeSchema.ReadAsync(database), await PythonDatabase.DumpAsync(database)));
        await Poll.UntilAsync(TimeSpan.FromSeconds(3), "no key in Redis", async () => $"{await redis.ExecuteAsync(["DBSIZE"])}" == "0");
    }

    [Fact]
    public async Task Everything_is_reported_even_if_the_settings_are_invalid_and_no_service_answers()
    {
        var run = await Doctor.RunAsync(
            $"postgresql://cortex:{Doctor.Password}@127.0.0.1:1/cortex", ("BCRYPT_COST", "many"), ("REFRESH_TOKEN_DAY", "3"), ("ASPNETCORE_URLS", "nowhere"),
            ("REDIS_URL", $"redis://:{Doctor.Password}@127.0.0.1:1"), ("SMTP_URL", $"smtp://mailer:{Doctor.Password}@127.0.0.1:1"),
            ("EMAIL_FROM", "a@example.com"), ("POLAR_API_URL", "http://127.0.0.1:1"), ("POLAR_ACCESS_TOKEN", Doctor.Password),
            ("PUBLIC_URL", "http://id.example.com"));

        run.ShouldSay(
            1, ("fail  settings", "BCRYPT_COST must be"), ("warn  settings", "PUBLIC_URL is not https"), ("fail  addresses", "nowhere"),
            ("fail  database", "Connection refused"), ("fail  redis", "doesn't answer"), ("fail  mail", "ConnectionRefused"),
            ("fail  polar", "unreachable"));
    }

    [Fact]
    public async Task A_misspelled_environment_is_reported_and_the_rest_checked_with_Productions_rules()
    {
        var run = await Doctor.RunAsync("", ("DOTNET_ENVIRONMENT", "production"));

        run.ShouldSay(
            1, ("fail  environment", "DOTNET_ENVIRONMENT must be exactly Production"), ("fail  settings", "POSTGRES_URL must be set in Production"),
            ("warn  mail", "SMTP_URL isn't set"));
    }

    [Fact]
    public async Task In_Development_nothing_is_created()
    {
        var folder = Path.Combine(Path.GetTempPath(), "cx-" + Guid.NewGuid().ToString("N"));

        var run = await ServerProcess.RunAsync(
            ["doctor"], ("DOTNET_ENVIRONMENT", "Development"), ("CORTEX_DATA", folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"));

        run.ShouldSay(3, ("ok    folder", "doesn't exist yet"), ("warn  database", "isn't running"), ("ok    mail", "files in"));
        Assert.False(Directory.Exists(folder));
    }

    /// <remarks>The list is compared with a migrated database, because a migration may add a trigger.</remarks>
    [Fact]
    public async Task The_doctor_knows_every_trigger_of_the_migrations()
    {
        var database = await cluster.CreateDatabaseAsync();

        Assert.Equal(
            OwnTriggers.All.Order(StringComparer.Ordinal),
            (await PythonDatabase.SqlAsync<string>(database, """
                SELECT string_agg(relname || '.' || tgname, ' ') FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
                WHERE NOT tgisinternal AND NOT relispartition
                """)).Split(' ').Order(StringComparer.Ordinal));
    }

    private static void Protect(params string[] files)
    {
#pragma warning disable CA1416 // These tests only run on Linux.
        foreach (var file in files)
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
#pragma warning restore CA1416
    }
}
