using System.Net;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>Imports accounts as an administrator does.</summary>
internal static class ImportSteps
{
    public const string Route = Administrators.Users + "/import";

    /// <summary>Sends all lines and reads all results.</summary>
    public static async Task<ImportAnswers> ImportAsync(this HttpClient http, params IEnumerable<string> lines)
    {
        var answer = await http.SendLinesAsync(string.Join('\n', lines));
        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.ToString());
        return ImportAnswers.Parse(await answer.TextAsync());
    }

    public static Task<HttpResponseMessage> SendLinesAsync(this HttpClient http, string body, string mediaType = "application/x-ndjson") =>
        http.SendLinesAsync(Encoding.UTF8.GetBytes(body), mediaType);

    public static Task<HttpResponseMessage> SendLinesAsync(this HttpClient http, byte[] body, string? mediaType = "application/x-ndjson")
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return http.PostAsync(Route, content, TestContext.Current.CancellationToken);
    }

    public static string Line(string email) => JsonSerializer.Serialize(new { email });

    public static string Line(string email, string hash) => JsonSerializer.Serialize(new { email, password_hash = hash });

    public static string[] Lines(string prefix, int count) => [.. Enumerable.Range(1, count).Select(number => Line($"{prefix}{number}@example.com"))];
}

/// <summary>The parsed response to an import.</summary>
internal sealed record ImportAnswers(IReadOnlyList<JsonElement> Results, IReadOnlyList<JsonElement> Progress, JsonElement Last)
{
    public JsonElement Summary => Last.GetProperty("summary");

    public JsonElement Error => Last.GetProperty("error");

    public IEnumerable<JsonElement> Created => Results.Where(IsCreated);

    public static ImportAnswers Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return Of([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]);
    }

    public static ImportAnswers Of(IReadOnlyList<JsonElement> lines) => new(
        [.. lines.SkipLast(1).Where(line => line.TryGetProperty("line", out _))],
        [.. lines.SkipLast(1).Where(line => line.TryGetProperty("progress", out _)).Select(line => line.GetProperty("progress"))],
        lines[^1]);

    public static bool IsCreated(JsonElement line) => line.TryGetProperty("status", out var status) && status.GetString() == "created";

    /// <summary>The result of the line with this number.</summary>
    public JsonElement this[int line] => Results.Single(result => result.GetProperty("line").GetInt32() == line);

    public void ShouldTotal(int lines, int created, int failed)
    {
        Assert.Equal(("summary", lines, created, failed), (Last.EnumerateObject().Single().Name, Number("lines"), Number("created"), Number("failed")));
        Assert.Equal((lines, created), (Results.Count, Created.Count()));
        Assert.Equal(Results.Select(result => result.GetProperty("line").GetInt32()).Order(), Results.Select(result => result.GetProperty("line").GetInt32()));

        int Number(string name) => Summary.GetProperty(name).GetInt32();
    }

    public void ShouldFail(int line, string code, string? field = null)
    {
        var result = this[line];
        Assert.Equal(("failed", code), (result.GetProperty("status").GetString(), result.GetProperty("code").GetString()));
        Assert.NotEmpty(result.GetProperty("detail").GetString()!);
        Assert.False(result.TryGetProperty("id", out _));
        Assert.Equal(field, result.TryGetProperty("errors", out var errors) ? errors.EnumerateObject().Single().Name : null);
    }
}
