using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>One of several server processes, with the requests that clients send to it.</summary>
internal sealed class Replica : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";

    private const string Auth = "/api/v1/auth";

    private readonly HttpClient _http;
    private static int _count;

    private Replica(ServerProcess process, Uri address)
    {
        Process = process;
        Address = address;
        _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public ServerProcess Process { get; }

    public Uri Address { get; }

    public static Task<Replica> StartAsync(string connectionString, params (string Name, string Value)[] settings) =>
        StartAsync(connectionString, "http://127.0.0.1:0", settings);

    /// <summary>Starts a server that listens at a given address.</summary>
    public static Task<Replica> StartAsync(string connectionString, string listenAt, params (string Name, string Value)[] settings) =>
        StartVersionAsync(ServerProcess.Program, connectionString, listenAt, settings);

    /// <summary>Starts another version of the server.</summary>
    public static async Task<Replica> StartVersionAsync(
        string program, string connectionString, string listenAt = "http://127.0.0.1:0", params (string Name, string Value)[] settings)
    {
        var process = ServerProcess.Start(
            program,
            ["--urls", listenAt],
            [
                ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", connectionString), ("JWT_SECRET_KEY", CortexApp.JwtSecret),
                ("SECRET_KEY", CortexApp.SecretKey), ("PUBLIC_URL", CortexApp.Issuer),
                ("BCRYPT_COST", "10"), ("RATE_LIMITS", CortexApp.HighLimits), ("API_KEY_LIMITS", "free=1000000,pro=1000000,enterprise=1000000"), .. settings,
            ]);
        return new(process, await process.WaitForAddressAsync());
    }

    /// <summary>The same process behind a load balancer.</summary>
    public Replica At(Uri address) => new(Process, address);

    public static string NewEmail() => $"fault{Interlocked.Increment(ref _count)}@example.com";

    private static string NewAddress()
    {
        var number = Interlocked.Increment(ref _count);
        return $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}";
    }

    /// <param name="method">The method, such as GET.</param>
    /// <param name="path">The path below <c>/api/v1/auth</c>, or from the root if it begins with a slash.</param>
    /// <param name="credential">An access token or an API key.</param>
    /// <param name="body">The body, which is sent as JSON.</param>
    /// <param name="from">The client address, as a trusted proxy reports it.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? credential = null, object? body = null, string? from = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"{Auth}/{path}");
        if (credential?.StartsWith("ctx_", StringComparison.Ordinal) == true)
        {
            request.Headers.Add("X-API-Key", credential);
        }
        else if (credential is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        }

        // Each request has its own address unless the test is about addresses, because aborted logins count as failures of an address.
        request.Headers.Add("X-Forwarded-For", from ?? NewAddress());
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType());
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? credential = null) => SendAsync(HttpMethod.Get, path, credential);

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null, string? credential = null) =>
        SendAsync(HttpMethod.Post, path, credential, body);

    /// <summary>Returns the status of <c>/verify</c> for an access token or an API key.</summary>
    public async Task<int> VerifyAsync(string credential)
    {
        using var answer = await GetAsync("verify", credential);
        return (int)answer.StatusCode;
    }

    public Task<HttpResponseMessage> LogInAsync(string email, string password = Password) => PostAsync("login", new { email, password });

    public Task<HttpResponseMessage> RegisterAsync(string email) => PostAsync("register", new { email, password = Password });

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken) => PostAsync("refresh", new { refresh_token = refreshToken });

    /// <summary>Registers a user and logs in.</summary>
    public async Task<Person> SignUpAsync()
    {
        var email = NewEmail();
        var user = await (await RegisterAsync(email)).JsonAsync(HttpStatusCode.Created);
        return new(user.GetProperty("id").GetGuid(), email, Tokens.Of(await (await LogInAsync(email)).JsonAsync(HttpStatusCode.OK)));
    }

    public async Task<(Guid Id, string Text)> NewKeyAsync(Person owner, params string[] scopes)
    {
        var key = await (await PostAsync("api-keys/generate", new { name = "fault", scopes }, owner.Token)).JsonAsync(HttpStatusCode.Created);
        return (key.GetProperty("id").GetGuid(), key.GetProperty("key").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}

/// <summary>A logged-in user.</summary>
internal sealed record Person(Guid Id, string Email, Tokens Tokens)
{
    public string Token => Tokens.AccessToken;
}
