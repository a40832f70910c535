using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Reviewers see every change to the OpenAPI document, because routes, fields, and errors change only together with its snapshot.</summary>
public sealed class OpenApiTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const int ShownLines = 20;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_equals_its_snapshot()
    {
        var actual = JsonSerializer.Serialize(await DocumentAsync(), Readable).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(Snapshot(), actual, TestContext.Current.CancellationToken);
            return;
        }

        var expected = (await File.ReadAllTextAsync(Snapshot(), TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");

        Assert.True(actual == expected, Difference(expected.Split('\n'), actual.Split('\n')));
    }

    [Fact]
    public async Task The_document_is_OpenAPI_3_1_with_both_credentials_and_tags_in_the_order_of_an_accounts_life()
    {
        var document = await DocumentAsync();

        Assert.StartsWith("3.1.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["Account", "Login", "Sessions", "Two-factor authentication", "Passkeys", "API keys", "For frontends", "For services", "Usage", "Billing",
                "Administration", "Health"],
            document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()));
        Assert.All(document.GetProperty("tags").EnumerateArray(), tag => Assert.NotEmpty(tag.GetProperty("description").GetString()!));
        var schemes = document.GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("bearer", schemes.GetProperty("bearer").GetProperty("scheme").GetString());
        Assert.Equal("X-API-Key", schemes.GetProperty("api_key").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Every_field_is_in_snake_case_has_a_type_and_a_description()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");

        Assert.All(schemas.EnumerateObject().Where(schema => schema.Value.TryGetProperty("properties", out _)), schema =>
            Assert.All(schema.Value.GetProperty("properties").EnumerateObject(), field =>
            {
                Assert.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", field.Name);
                // An object that may be missing is either null or of its own type, which has the description.
                var own = field.Value.TryGetProperty("oneOf", out var choices)
                    ? choices.EnumerateArray().Single(choice => choice.TryGetProperty("$ref", out _))
                    : field.Value;
                Assert.True(own.TryGetProperty("type", out _) || own.TryGetProperty("$ref", out _), $"{schema.Name}.{field.Name} has no type");
                Assert.True(own.TryGetProperty("description", out _), $"{schema.Name}.{field.Name} has no description");
            }));
    }

    [Fact]
    public async Task A_Host_header_does_not_affect_the_document()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Host = "evil.example";

        var text = await (await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(
            TestContext.Current.CancellationToken);

        Assert.DoesNotContain("evil.example", text, StringComparison.Ordinal);
    }

    private async Task<JsonElement> DocumentAsync() =>
        await (await app.Anonymous().GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);

    private static string Difference(string[] expected, string[] actual)
    {
        var start = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        var end = expected.Skip(start).Reverse().Zip(actual.Skip(start).Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"""
            The OpenAPI document changed from line {start + 1} of Contract/openapi.verified.json on.
            If that is meant: UPDATE_SNAPSHOTS=1 dotnet run --project Cortex.IdentityServer.Tests -- -class "*OpenApiTests", and review the diff.
            {string.Join('\n', expected[start..^end].Take(ShownLines).Select(line => "- " + line))}
            {string.Join('\n', actual[start..^end].Take(ShownLines).Select(line => "+ " + line))}
            """;
    }

    private static string Snapshot([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "openapi.verified.json");
}
