using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>No text that a client sends causes a 500 (OWASP ASVS 16.5.1).</summary>
/// <remarks>The test reads the fields from the OpenAPI document, so it covers every new route.</remarks>
public sealed class NaughtyStringTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Hole = "naughty-string-goes-here";

    /// <summary>The strings in JSON's escaped form, without the surrounding quotes.</summary>
    private static readonly string[] Naughty =
    [
        @"a\u0000b", @"\ud800", @"\uffff\u202e\u200b\ufeff", @"\r\nX-Evil: 1", "' OR 1=1--", "%00%0a%s%n",
        "٠١٢٣٤٥", "İıẞﬀ👩‍👩‍👧‍👦", "eyJhbGciOiJub25lIn0.e30.", "ctx_0000000000000000000000000000000000000000000000000",
    ];

    [Fact]
    public async Task No_string_in_any_field_of_any_route_causes_a_500()
    {
        var (_, tokens, session) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(session, "introspect");
        var document = await (await app.Anonymous().GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        var fields = Fields(document).ToList();
        Assert.True(fields.Count > 20, $"only {fields.Count} text fields were found in the document");
        string[] naughty = [.. Naughty, new string('a', 20_000)];
        HttpClient[] callers = [app.Anonymous(), app.WithToken(tokens.AccessToken), app.WithKey(key)];

        await Parallel.ForEachAsync(fields, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (field, cancellation) =>
        {
            foreach (var text in naughty)
            {
                var body = field.Body.Replace(Hole, text, StringComparison.Ordinal);
                using var request = new HttpRequestMessage(field.Method, field.Path) { Content = new StringContent(body, null, "application/json") };
                var answer = await callers[field.Caller].SendAsync(request, cancellation);
                var said = await answer.Content.ReadAsStringAsync(cancellation);
                Assert.True((int)answer.StatusCode < 500, $"{field.Method} {field.Path} with {body} was {(int)answer.StatusCode}: {said}");
                Assert.False(answer.Headers.Contains("X-Evil"));
                Assert.True(
                    answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType == "application/problem+json",
                    $"{field.Method} {field.Path}: {said}");
            }
        });
    }

    [Fact]
    public async Task No_string_in_a_path_query_or_credential_causes_a_500()
    {
        var (_, tokens, session) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(session);
        HttpClient[] callers = [app.WithToken(tokens.AccessToken), app.WithKey(key)];
        foreach (var text in Naughty)
        {
            var escaped = Uri.EscapeDataString(JsonNode.Parse($"[\"{text.Replace(@"\ud800", "?", StringComparison.Ordinal)}\"]")![0]!.GetValue<string>());
            foreach (var path in new[]
            {
                $"/api/v1/auth/verify?scope={escaped}", $"/api/v1/auth/api-keys/{escaped}", $"/api/v1/auth/sessions/{escaped}", $"/{escaped}",
                $"/api/v1/auth/me/events?cursor={escaped}",
                $"/api/v1/auth/me/events?limit={escaped}", $"/verify-email?token={escaped}", $"/reset-password?token={escaped}",
                $"/change-email?token={escaped}", $"/invitation?token={escaped}",
            })
            {
                await FineAsync(callers[0], path);
                await FineAsync(callers[1], path);
            }

            foreach (var page in new[] { "/verify-email", "/reset-password", "/change-email", "/invitation" })
            {
                var form = $"token={escaped}&new_password={escaped}";
                var answer = await app.Anonymous().PostTextAsync(page, form, "application/x-www-form-urlencoded");
                Assert.True((int)answer.StatusCode < 500, $"{page} with {form} was {(int)answer.StatusCode}");
            }

            foreach (var header in new[] { "Authorization: Bearer ", "Authorization: ", "X-API-Key: ", "User-Agent: ", "Content-Type: " })
            {
                var answer = await RawHttp.SendAsync(app.BaseAddress, $"GET /api/v1/auth/me HTTP/1.1\nHost: x\nConnection: close\n{header}{escaped}\n\n");
                Assert.True(answer.Status < 500, $"{header}{escaped} was {answer.Status}: {answer.Body}");
            }
        }
    }

    private static async Task FineAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode < 500, $"{path} was {(int)answer.StatusCode}");
    }

    /// <summary>Yields each text field of each documented JSON body, with the document's example as the rest of the body.</summary>
    private static IEnumerable<Field> Fields(JsonElement document)
    {
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                if (!operation.Value.TryGetProperty("requestBody", out var request)
                    || !request.GetProperty("content").TryGetProperty("application/json", out var media)
                    || !media.TryGetProperty("example", out var example))
                {
                    continue;
                }

                var sent = media.GetProperty("schema").TryGetProperty("oneOf", out var choices) ? choices[0] : media.GetProperty("schema");
                var schema = document
                    .GetProperty("components")
                    .GetProperty("schemas")
                    .GetProperty(sent.GetProperty("$ref").GetString()!.Split('/')[^1]);
                var schemes = operation.Value.GetProperty("security");
                var needsKey = path.Name.EndsWith("/introspect", StringComparison.Ordinal)
                    || !schemes.EnumerateArray().Any(scheme => scheme.TryGetProperty("bearer", out _));
                var caller = schemes.GetArrayLength() == 0 ? 0 : needsKey ? 2 : 1;
                foreach (var property in schema.GetProperty("properties").EnumerateObject().Where(IsText))
                {
                    var body = JsonNode.Parse(example.GetRawText())!.AsObject();
                    body[property.Name] = property.Name == "scopes" ? new JsonArray(Hole) : Hole;
                    yield return new(
                        new HttpMethod(operation.Name.ToUpperInvariant()),
                        path.Name.Replace("{key_id}", Guid.Empty.ToString(), StringComparison.Ordinal), caller, body.ToJsonString());
                }
            }
        }
    }

    private static bool IsText(JsonProperty property) =>
        property.Name == "scopes"
        || (property.Value.TryGetProperty("type", out var type) && type.GetRawText().Contains("\"string\"", StringComparison.Ordinal));

    private sealed record Field(HttpMethod Method, string Path, int Caller, string Body);
}
