using System.Net;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Every GET route also supports HEAD, which load balancers and HAProxy's forward authentication send.</summary>
public sealed class HeadTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    /// <summary>Headers that differ from one response to the next.</summary>
    private static readonly string[] Changing = ["X-Request-Id", "RateLimit-Remaining", "RateLimit-Reset", "Date", "Content-Length", "Transfer-Encoding"];

    public static TheoryData<string> OpenPaths { get; } =
    [
        .. RouteTable.Rows.Where(row => row.For == Audience.Anyone && row.Operation.StartsWith("GET ", StringComparison.Ordinal))
        .Select(row => row.Operation[4..]),
        "/openapi/v1.json", "/scalar/", "/verify-email?token=a", "/reset-password", "/invitation", "/change-email",
    ];

    /// <summary>Routes that have nothing to show here: billing is off, and there are no webhooks.</summary>
    private static readonly string[] Absent = ["/api/v1/billing/portal", "/api/v1/admin/billing-events/{id}"];

    public static TheoryData<string> AuthenticatedPaths { get; } =
    [
        .. RouteTable.Rows.Where(row => row.For != Audience.Anyone && row.Operation.StartsWith("GET ", StringComparison.Ordinal))
        .Select(row => row.Operation[4..].Replace("{id}", $"{Guid.Empty}", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(OpenPaths))]
    public async Task HEAD_responds_like_GET_without_the_body(string path) => await CompareAsync(app.Anonymous(), path, hasAnswer: true);

    [Theory]
    [MemberData(nameof(AuthenticatedPaths))]
    public async Task HEAD_responds_like_GET_on_authenticated_routes(string path)
    {
        await CompareAsync(app.Anonymous(), path, hasAnswer: false);
        await CompareAsync((await app.AdminAsync()).Http, path, hasAnswer: !path.Contains($"{Guid.Empty}", StringComparison.Ordinal) && !IsAbsent(path));
    }

    [Fact]
    public async Task The_connection_stays_open_after_HEAD()
    {
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);
        foreach (var path in new[] { "/health", "/health/live", "/.well-known/jwks.json", "/api/v1/auth/me", "/nothing", "/verify-email" })
        {
            await connection.WriteAsync($"HEAD {path} HTTP/1.1\nHost: x\n\n");
            Assert.Equal(path switch { "/nothing" => 404, "/api/v1/auth/me" => 401, _ => 200 }, (await connection.ReadAsync(isHeadRequest: true)).Status);
        }
    }

    /// <summary>To generate an export, HEAD would read every user, or all data about one, only to discard it.</summary>
    [Theory]
    [InlineData("/api/v1/admin/users/export", "application/x-ndjson")]
    [InlineData("/api/v1/auth/me/export", "application/json")]
    public async Task HEAD_does_not_generate_an_export(string path, string type)
    {
        var http = (await app.AdminAsync()).Http;
        const string Exports = "SELECT count(*) FROM audit_events WHERE action IN ('users.exported', 'user.exported')";
        var before = (long)(await app.SqlAsync(Exports))!;

        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var head = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(head.IsSuccessStatusCode);
        Assert.Equal(type, head.Content.Headers.ContentType?.MediaType);
        Assert.Equal(before, await app.SqlAsync(Exports));
        await (await http.FetchAsync(path)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(before + 1, await app.SqlAsync(Exports));
    }

    /// <summary>HEAD reads no data, so it must not leave an audit event about a read.</summary>
    [Theory]
    [MemberData(nameof(AuthenticatedPaths))]
    public async Task HEAD_leaves_no_audit_event(string path)
    {
        var admin = await app.AdminAsync();
        const string Events = "SELECT count(*) FROM audit_events";
        var before = await app.SqlAsync(Events);

        using var request = new HttpRequestMessage(HttpMethod.Head, path.Replace($"{Guid.Empty}", $"{admin.User.Id}", StringComparison.Ordinal));
        using var head = await admin.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(!IsAbsent(path), head.IsSuccessStatusCode);
        Assert.Equal(before, await app.SqlAsync(Events));
    }

    private static bool IsAbsent(string path) => Absent.Contains(path.Replace($"{Guid.Empty}", "{id}", StringComparison.Ordinal));

    private static async Task CompareAsync(HttpClient http, string path, bool hasAnswer)
    {
        using var get = await http.FetchAsync(path);
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var head = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(hasAnswer, head.IsSuccessStatusCode);
        Assert.Equal(Headers(get), Headers(head));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private static List<string> Headers(HttpResponseMessage answer) =>
    [
        .. answer.Headers.Concat(answer.Content.Headers).Where(header => !Changing.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal),
    ];
}
