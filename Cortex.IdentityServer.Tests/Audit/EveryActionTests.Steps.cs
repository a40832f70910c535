using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Audit;

/// <content>Performs actions and checks their events.</content>
public sealed partial class EveryActionTests
{
    private int _requests;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Performs an action. Its actor is the user, the staff member <paramref name="by"/>, or nobody if the request is anonymous.</summary>
    private async Task DoAsync(
        string action, Guid user, Tokens? tokens, Func<HttpClient, Task<HttpResponseMessage>> send, bool isAnonymous = false, Guid? by = null)
    {
        var answer = await send(Client(tokens, out var request));
        Assert.True(answer.IsSuccessStatusCode, $"{action}: {(int)answer.StatusCode} {await answer.TextAsync()}");
        await app.WaitForEmailsAsync();
        await ShouldHaveEventAsync(request, action, AuditLog.Success, isAnonymous ? null : by ?? user, user);
    }

    /// <summary>Performs an action that is refused because the caller did not authenticate.</summary>
    private async Task TryAsync(string action, Guid? user, Tokens? tokens, int status, Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        var answer = await send(Client(tokens, out var request));
        Assert.Equal(status, (int)answer.StatusCode);
        await ShouldHaveEventAsync(request, action, AuditLog.Failure, null, user);
    }

    private async Task ShouldHaveEventAsync(string request, string action, string outcome, Guid? actor, Guid? user, bool isAnonymized = false)
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var command = source.CreateCommand(
            "SELECT outcome, actor_id, user_id, host(ip), user_agent, occurred_at FROM audit_events WHERE request_id = $1 AND action = $2");
        command.Parameters.Add(new() { Value = request });
        command.Parameters.Add(new() { Value = action });
        await using var row = await command.ExecuteReaderAsync(Cancel);
        Assert.True(await row.ReadAsync(Cancel), $"{action} recorded no event");
        var recorded = (row.GetString(0), Value<Guid?>(1), Value<Guid?>(2), Value<string>(3), Value<string>(4));
        Assert.Equal((outcome, actor, user, isAnonymized ? null : Address, isAnonymized ? null : Agent), recorded);
        Assert.InRange(app.Clock.GetUtcNow() - row.GetFieldValue<DateTimeOffset>(5), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.False(await row.ReadAsync(Cancel), $"{action} recorded two events");

        T? Value<T>(int column) => row.IsDBNull(column) ? default : row.GetFieldValue<T>(column);
    }

    private HttpClient Client(Tokens? tokens, out string request)
    {
        request = $"audit-test-{++_requests}";
        var http = app.From(Address, tokens is null ? null : app.WithToken(tokens.AccessToken));
        http.DefaultRequestHeaders.Add("User-Agent", Agent);
        http.DefaultRequestHeaders.Add("X-Request-Id", request);
        return http;
    }

    private async Task<long> CountAsync(string action, Guid user) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = $1 AND user_id = $2", action, user))!;

    private Tokens Track(Tokens tokens)
    {
        _secrets.AddRange([tokens.AccessToken, tokens.AccessToken.Split('.')[2], tokens.RefreshToken]);
        return tokens;
    }

    private string Track(string secret)
    {
        _secrets.Add(secret);
        return secret;
    }
}
