using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Sends JSON requests and checks the responses as a client would, without the server's own types.</summary>
internal static class HttpExtensions
{
    public static Task<HttpResponseMessage> PostAsync(this HttpClient http, string path, object body) =>
        http.PostAsync(path, JsonContent.Create(body, body.GetType(), options: NoNamingPolicy));

    public static Task<HttpResponseMessage> PatchAsync(this HttpClient http, string path, object body) =>
        http.PatchAsync(path, JsonContent.Create(body, body.GetType(), options: NoNamingPolicy));

    /// <summary>Sends the body exactly as given.</summary>
    public static Task<HttpResponseMessage> PostTextAsync(this HttpClient http, string path, string body, string mediaType = "application/json") =>
        http.PostAsync(path, new StringContent(body, Encoding.UTF8, mediaType));

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, Unexpected(response, $"{(int)expected}", text));
        return JsonDocument.Parse(text).RootElement;
    }

    public static async Task ShouldBeAsync(this HttpResponseMessage response, HttpStatusCode expected) =>
        Assert.True(response.StatusCode == expected, Unexpected(response, $"{(int)expected}", await response.Content.ReadAsStringAsync()));

    /// <summary>Repeats a GET until the response has the expected status, for at most 30 seconds.</summary>
    /// <remarks>Another replica normally learns of a change within 250 ms, but a busy machine can take longer.</remarks>
    public static async Task<HttpResponseMessage> FetchUntilStatusAsync(this HttpClient http, string path, HttpStatusCode expected)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var response = await http.GetAsync(path);
            if (response.StatusCode == expected || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
            {
                return response;
            }

            await Task.Delay(10);
        }
    }

    /// <summary>
    /// Checks a whole problem response: status, media type, code, the members of RFC 9457, a challenge on 401, and that it leaks no internals.
    /// </summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, Unexpected(response, $"{status} {code}", text));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        Assert.NotEqual("", problem.GetProperty("type").GetString());
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), problem.GetProperty("trace_id").GetString());
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        if (status == 401)
        {
            Assert.NotEmpty(response.Headers.WwwAuthenticate);
        }

        return problem;
    }

    /// <summary>Describes a response with another status than the test expects. An internal error is explained by what servers logged last.</summary>
    private static string Unexpected(HttpResponseMessage response, string expected, string text) =>
        $"expected {expected}, was {(int)response.StatusCode}: {text}"
            + (response.StatusCode == HttpStatusCode.InternalServerError ? $"\n{LogCapture.LastErrors}" : "");

    private static readonly JsonSerializerOptions NoNamingPolicy = new();
}
