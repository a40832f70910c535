using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A request that is refused before its body is read doesn't disturb the next one on the same connection.</summary>
public sealed class UnreadBodyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Login = "/api/v1/auth/login";
    private const int Tries = 100;

    private static readonly string Json = "Content-Type: application/json\n";

    [Fact]
    public async Task The_request_after_a_too_large_one_is_never_lost()
    {
        for (var number = 0; number < Tries; number++)
        {
            using var connection = await RawConnection.OpenAsync(app.BaseAddress);
            await PostAsync(connection, Login, Json, new('x', 70_000 + (number * 1_800)));
            Assert.Equal(413, (await connection.ReadAsync()).Status);

            await PostAsync(connection, Login, Json, "{}");
            Assert.Equal(400, (await connection.ReadAsync()).Status);
        }
    }

    [Theory]
    [InlineData(Login, "Content-Type: application/json\n", 413)]
    [InlineData("/nothing", "Content-Type: application/json\n", 413)]
    [InlineData("/health", "", 413)]
    [InlineData(Login, "Content-Type: text/plain\n", 413)]
    [InlineData("/api/v1/auth/introspect", "Content-Type: application/x-www-form-urlencoded\n", 413)]
    [InlineData("/api/v1/admin/users/import", "Content-Type: application/x-ndjson\n", 401)]
    [InlineData("/api/v1/admin/users/import", "Content-Type: application/x-ndjson\nContent-Encoding: gzip\n", 415)]
    public async Task After_a_refused_body_of_3_MB_the_next_request_is_answered(string path, string headers, int status)
    {
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);

        await PostAsync(connection, path, headers, new('x', 3_000_000));
        var refusal = await connection.ReadAsync();
        await connection.WriteAsync("GET /health/live HTTP/1.1\nHost: x\n\n");

        Assert.Equal(status, refusal.Status);
        Assert.False(refusal.Headers.ContainsKey("Connection"), refusal.Head);
        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Theory]
    [InlineData(Login, 413)]
    [InlineData("/api/v1/auth/me/password", 401)]
    [InlineData("/nothing", 404)]
    public async Task After_a_refused_chunked_body_the_next_request_is_answered(string path, int status)
    {
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);

        await connection.WriteAsync(
            $"{(path.EndsWith("password", StringComparison.Ordinal) ? "PATCH" : "POST")} {path} HTTP/1.1\nHost: x\n{Json}Transfer-Encoding: chunked\n\n");
        for (var chunk = 0; chunk < 20; chunk++)
        {
            await connection.WriteAsync($"2710\n{new string(' ', 10_000)}\n");
        }

        await connection.WriteAsync("0\n\nGET /health/live HTTP/1.1\nHost: x\n\n");

        Assert.Equal(status, (await connection.ReadAsync()).Status);
        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Fact]
    public async Task A_body_over_4_MiB_is_not_read_and_the_response_closes_the_connection()
    {
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);

        await connection.WriteAsync($"POST {Login} HTTP/1.1\nHost: x\n{Json}Content-Length: 100000000\n\n" + new string('x', 200_000));
        var answer = await connection.ReadAsync();

        Assert.Equal(413, answer.Status);
        Assert.Equal("close", answer.Headers["Connection"]);
        await connection.ReadToEndAsync();
    }

    [Fact]
    public async Task A_client_that_waits_for_100_Continue_gets_the_refusal_instead()
    {
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);

        await connection.WriteAsync($"POST {Login} HTTP/1.1\nHost: x\n{Json}Expect: 100-continue\nContent-Length: 100000\n\n");
        var answer = await connection.ReadAsync();

        Assert.Equal(413, answer.Status);
        Assert.Equal("close", answer.Headers["Connection"]);
    }

    [Fact]
    public async Task A_small_body_with_100_Continue_is_requested_and_read()
    {
        using var connection = await RawConnection.OpenAsync(app.BaseAddress);

        await connection.WriteAsync($"POST {Login} HTTP/1.1\nHost: x\n{Json}Expect: 100-continue\nContent-Length: 2\n\n");
        Assert.Equal(100, (await connection.ReadAsync()).Status);
        await connection.WriteAsync("{}");

        Assert.Equal(400, (await connection.ReadAsync()).Status);
    }

    private static async Task PostAsync(RawConnection connection, string path, string headers, string body)
    {
        await connection.WriteAsync($"POST {path} HTTP/1.1\nHost: x\n{headers}Content-Length: {body.Length}\n\n");
        await connection.WriteAsync(Encoding.ASCII.GetBytes(body));
    }
}
