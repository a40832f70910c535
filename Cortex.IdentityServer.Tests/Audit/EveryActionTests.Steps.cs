using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Audit;

/// <content>How an action is done, and how its event is found.</content>
public sealed partial class EveryActionTests
{
    private int _requests;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Something that its owner does, somebody of the staff, or somebody unknown whom nobody has to believe.</summary>
    private async Task DoesAsync(
        string action, Guid user, Tokens? tokens, Func<HttpClient, Task<HttpResponseMessage>> send, bool isUnknown = false, Guid? by = null)
    {
        var answer = await send(Client(tokens, out var request));
        Assert.True(answer.IsSuccessStatusCode, $"{action}: {(int)answer.StatusCode} {await answer.TextAsync()}");
        await app.WaitForEmailsAsync();
        await SeenAsync(request, action, AuditLog.Success, isUnknown ? null : by ?? user, user);
    }

    /// <summary>Something that is refused to somebody who hasn't proved who they are.</summary>
    private async Task TriesAsync(string action, Guid? user, Tokens? tokens, int status, Func<HttpClient, Task<HttpResponseMessage>> send)
    {
        var answer = await send(Client(tokens, out var request));
        Assert.Equal(status, (int)answer.StatusCode);
        await SeenAsync(request, action, AuditLog.Failure, null, user);
    }

    private async Task SeenAsync(string request, string action, string outcome, Guid? actor, Guid? user, bool isForgotten = false)
    {
        await using var source = NpgsqlDataSource.Create(app.ConnectionString);
        await using var command = source.CreateCommand(
            "SELECT outcome, actor_id, user_id, host(ip), user_agent, occurred_at FROM audit_events WHERE request_id = $1 AND action = $2");
        command.Parameters.Add(new() { Value = request });
        command.Parameters.Add(new() { Value = action });
        await using var row = await command.ExecuteReaderAsync(Cancel);
        Assert.True(await row.ReadAsync(Cancel), $"{action} left no event");
        var seen = (row.GetString(0), Value<Guid?>(1), Value<Guid?>(2), Value<string>(3), Value<string>(4));
        Assert.Equal((outcome, actor, user, isForgotten ? null : Address, isForgotten ? null : Agent), seen);
        Assert.InRange(app.Clock.GetUtcNow() - row.GetFieldValue<DateTimeOffset>(5), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.False(await row.ReadAsync(Cancel), $"{action} left two events");

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

    private Tokens Note(Tokens tokens)
    {
        _secrets.AddRange([tokens.AccessToken, tokens.AccessToken.Split('.')[2], tokens.RefreshToken]);
        return tokens;
    }

    private string Note(string secret)
    {
        _secrets.Add(secret);
        return secret;
    }
}
