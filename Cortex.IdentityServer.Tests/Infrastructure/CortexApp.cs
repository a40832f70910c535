using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>The server on a real socket with its own database and a fake clock, one instance per test class.</summary>
public class CortexApp(PostgresCluster cluster) : IAsyncLifetime
{
    public const string JwtSecret = "a-test-signing-secret-of-more-than-32-bytes";
    public const string SecretKey = "another-test-secret-of-more-than-32-bytes";
    public const string Issuer = "http://localhost:5000";
    public const string Audience = "cortex";

    /// <summary>
    /// Rate limits that tests never reach: all tests of a class share one IP address, and most of them aren't about rate limits.
    /// </summary>
    internal const string HighLimits =
        "register=1000000,login=1000000,login_failures=1000000,refresh=1000000,refresh_session=1000000,sensitive=1000000,"
        + "sensitive_user=1000000,mails=1000000,admin=1000000,unknown_keys=1000000,health=1000000,documents=1000000,usage=1000000,"
        + "usage_user=1000000,webhooks=1000000,checkout=1000000,checkout_user=1000000,console=1000000";

    private static readonly TimeSpan NotificationTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<string> _log = new();
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "data", Guid.NewGuid().ToString("N"));
    private WebApplicationFactory<Program> _factory = null!;
    private int _count;

    public TestClock Clock { get; } = new();

    public string ConnectionString { get; private set; } = "";

    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>The server's own services, for what no route exposes.</summary>
    public IServiceProvider Services => _factory.Services;

    /// <summary>The emails that the server has written to its pickup folder.</summary>
    internal Mailbox Mailbox => new(Path.Combine(_folder, "mail"));

    /// <summary>Everything that was logged at level Debug or above.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Counts the log lines that contain a text.</summary>
    public int CountLogLines(string text) => _log.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Additional settings of a derived fixture.</summary>
    protected virtual IEnumerable<(string Name, string Value)> Settings => [];

    protected virtual string Environment => "Development";

    /// <summary>The folder with the web console: a stand-in, so that tests don't depend on Node.js.</summary>
    protected virtual string ConsoleFolder => ConsoleStandIn.Folder;

    /// <summary>
    /// The bcrypt cost: bcrypt's own minimum, which takes 1 ms instead of the 60 ms of the lowest <c>BCRYPT_COST</c>, because most tests hash a password but
    /// few are about the hash. Those use <see cref="ConfiguredCostApp"/>.
    /// </summary>
    internal virtual int BcryptCost => BcryptEngine.MinCost;

    /// <summary>Creates the database that the server uses and returns its connection string.</summary>
    protected virtual Task<string> CreateDatabaseAsync(PostgresCluster cluster) => cluster.CreateDatabaseAsync();

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await CreateDatabaseAsync(cluster);
        _factory = CreateFactory();
        _factory.StartServer();
        BaseAddress = _factory.ClientOptions.BaseAddress;
    }

    /// <summary>Starts a second server on the same database, with additional settings if any are given.</summary>
    public HttpClient StartReplica(out IDisposable replica, params (string Name, string Value)[] settings)
    {
        var factory = CreateFactory(settings);
        factory.StartServer();
        replica = new StartedReplica(factory);
        return new HttpClient { BaseAddress = factory.ClientOptions.BaseAddress };
    }

    private WebApplicationFactory<Program> CreateFactory(params (string Name, string Value)[] settings)
    {
        var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseEnvironment(Environment);
            host.UseSetting("urls", "http://127.0.0.1:0");
            foreach (var (name, value) in new[]
            {
                ("POSTGRES_URL", ConnectionString), ("JWT_SECRET_KEY", JwtSecret), ("SECRET_KEY", SecretKey), ("PUBLIC_URL", Issuer), ("BCRYPT_COST", "10"),
                ("CORTEX_DATA", _folder), ("MANAGEMENT_URLS", "off"),
                ("RATE_LIMITS", HighLimits), ("API_KEY_LIMITS", "free=1000000,pro=1000000,enterprise=1000000"),
            }.Concat(Settings).Concat(settings))
            {
                host.UseSetting(name, value);
            }

            host.ConfigureLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(new LogCapture(_log)));
            host.ConfigureTestServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                services.Replace(ServiceDescriptor.Singleton(new ConsoleFolder(ConsoleFolder)));
                if (!settings.Any(setting => setting.Name == "BCRYPT_COST"))
                {
                    services.Replace(ServiceDescriptor.Singleton(
                        provider => new BcryptPasswordHasher(provider.GetRequiredService<BcryptEngine>(), BcryptCost)));
                }
            });
        });
        factory.UseKestrel();
        return factory;
    }

    /// <summary>Creates a client without credentials.</summary>
    public HttpClient Anonymous() => new() { BaseAddress = BaseAddress };

    public HttpClient WithToken(string accessToken)
    {
        var http = Anonymous();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return http;
    }

    public HttpClient WithKey(string key)
    {
        var http = Anonymous();
        http.DefaultRequestHeaders.Add("X-API-Key", key);
        return http;
    }

    public string NewEmail() => $"user{Interlocked.Increment(ref _count)}@example.com";

    /// <summary>Registers a user.</summary>
    public async Task<TestUser> RegisterAsync(string? email = null, string password = TestUser.DefaultPassword)
    {
        email ??= NewEmail();
        var user = await (await Anonymous().PostAsync("/api/v1/auth/register", new { email, password })).JsonAsync(HttpStatusCode.Created);
        return new(user.GetProperty("id").GetGuid(), email, password);
    }

    public async Task<Tokens> LogInAsync(TestUser user) =>
        Tokens.Of(await (await Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK));

    /// <summary>Registers a user and logs in.</summary>
    public async Task<(TestUser User, Tokens Tokens, HttpClient Http)> SignUpAsync()
    {
        var user = await RegisterAsync();
        var tokens = await LogInAsync(user);
        return (user, tokens, WithToken(tokens.AccessToken));
    }

    /// <summary>
    /// Registers a user with two-factor authentication and logs in. It advances the clock so that the current code hasn't been used yet.
    /// </summary>
    public async Task<TwoFactorUser> SignUpWithTwoFactorAsync()
    {
        var (user, tokens, http) = await SignUpAsync();
        var secret = (await (await http.PostAsync("/api/v1/auth/2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        var verified = await (await http.PostAsync("/api/v1/auth/2fa/verify", new { code = Totp.Code(secret, Clock.GetUtcNow()) }))
            .JsonAsync(HttpStatusCode.OK);
        Clock.Advance(TimeSpan.FromSeconds(90));
        return new(user, tokens, http, secret, [.. verified.GetProperty("recovery_codes").EnumerateArray().Select(code => code.GetString()!)]);
    }

    /// <summary>Creates an API key for the caller.</summary>
    public static async Task<(Guid Id, string Key)> GenerateKeyAsync(HttpClient http, params string[] scopes)
    {
        var key = await (await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "test", scopes })).JsonAsync(HttpStatusCode.Created);
        return (key.GetProperty("id").GetGuid(), key.GetProperty("key").GetString()!);
    }

    /// <summary>Runs SQL as another program would. When this returns, the server has received the notification of any change.</summary>
    public async Task<object?> SqlAsync(string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        var result = await command.ExecuteScalarAsync();
        if (!sql.TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
        {
            await WaitForNotificationAsync(connection);
        }

        return result;
    }

    /// <summary>
    /// Sends a notification and waits until the server has received it. PostgreSQL delivers notifications in order, so all earlier ones have arrived too.
    /// </summary>
    private async Task WaitForNotificationAsync(NpgsqlConnection connection)
    {
        var changes = Services.GetRequiredService<Changes>();
        var unusedId = Guid.NewGuid();
        var before = changes.Number;
        await using var notify = new NpgsqlCommand($"SELECT pg_notify('cortex_changes', '{unusedId}')", connection);
        await notify.ExecuteNonQueryAsync();

        // This takes longer on a busy machine, and a server that a test has cut off never receives the notification.
        for (var started = Stopwatch.GetTimestamp(); changes.IsUnchanged(unusedId, before) && Stopwatch.GetElapsedTime(started) < NotificationTimeout;)
        {
            await Task.Delay(5);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _factory.DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>A user that the test registered.</summary>
public sealed record TestUser(Guid Id, string Email, string Password)
{
    public const string DefaultPassword = "correct horse battery staple";
}

/// <summary>A user with a second factor.</summary>
public sealed record TwoFactorUser(TestUser User, Tokens Tokens, HttpClient Http, string Secret, string[] RecoveryCodes);

/// <summary>The tokens that a login or a refresh returned.</summary>
public sealed record Tokens(string AccessToken, string RefreshToken)
{
    public static Tokens Of(JsonElement json) => new(json.GetProperty("access_token").GetString()!, json.GetProperty("refresh_token").GetString()!);
}
