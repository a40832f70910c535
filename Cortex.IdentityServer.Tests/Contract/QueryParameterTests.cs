using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The server accepts and rejects the same values of query parameters as the OpenAPI document.</summary>
public sealed class QueryParameterTests(RouteCallers app) : IClassFixture<RouteCallers>
{
    /// <summary>Parameters that accept any text.</summary>
    private static readonly string[] Free = ["cursor", "email", "endpoint", "provider", "scope", "tier"];

    [Fact]
    public async Task Every_parameter_has_its_own_type_and_accepts_only_values_of_that_type()
    {
        var staff = await app.CallerAsync(CallerKind.Admin, endsSession: false);
        var document = await (await app.Anonymous().FetchAsync("/openapi/v1.json")).JsonAsync(HttpStatusCode.OK);
        var seen = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            if (!path.Value.TryGetProperty("get", out var operation) || !operation.TryGetProperty("parameters", out var parameters))
            {
                continue;
            }

            foreach (var parameter in parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query"))
            {
                var name = parameter.GetProperty("name").GetString()!;
                var (good, bad) = Values(name, parameter.GetProperty("schema"));
                foreach (var value in good.Concat(bad))
                {
                    var url = $"{path.Name.Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal)}?{name}={Uri.EscapeDataString(value)}";
                    using var answer = await staff.FetchAsync(url);
                    var isRefused = answer.StatusCode == HttpStatusCode.BadRequest;
                    Assert.True(isRefused == bad.Contains(value), $"{url}: {(int)answer.StatusCode}");
                    seen++;
                }
            }
        }

        Assert.True(seen > 100, $"{seen}");
    }

    private static (string[] Good, string[] Bad) Values(string name, JsonElement schema)
    {
        var type = schema.GetProperty("type").GetString();
        var format = schema.TryGetProperty("format", out var named) ? named.GetString() : null;
        if (schema.TryGetProperty("enum", out var words))
        {
            return ([.. words.EnumerateArray().Select(word => word.GetString()!)], ["no such word", ""]);
        }

        switch (name, type, format)
        {
            case ("tz", _, _):
                return (["UTC", "Asia/Kathmandu"], ["Mars/Olympus_Mons", "asia/kathmandu", "+05:45", ""]);
            case ("month", _, _):
                return (["2026-11", "2026-01"], ["2026-13", "2026-1", "November", "2026-11-01", ""]);
            case ("status", _, _):
                return (["error", "100", "404", "599"], ["errors", "99", "600", "2xx", "0200", ""]);
            case (_, "integer", _):
                var (least, most) = (schema.GetProperty("minimum").GetInt32(), schema.GetProperty("maximum").GetInt32());
                Assert.InRange(schema.GetProperty("default").GetInt32(), least, most);
                return ([$"{least}", $"{most}"], [$"{least - 1}", $"{most + 1}", "ten", "1.5", ""]);
            case (_, "boolean", _):
                return (["true", "false"], ["yes", "1", ""]);
            case (_, "string", "uuid"):
                return ([$"{Guid.Empty}"], ["1", "{00000000-0000-0000-0000-000000000000}", ""]);
            case (_, "string", "date-time"):
                var now = DateTimeOffset.UtcNow;
                return ([
                    $"{now.AddMinutes(-10):yyyy-MM-dd'T'HH:mm:ss'Z'}", $"{now.AddMinutes(-10):yyyy-MM-dd'T'HH:mm:ss.fff'+00:00'}",
                ], [$"{now:yyyy-MM-dd'T'HH:mm:ss}", "yesterday", ""]);
            default:
                Assert.Contains(name, Free);
                return ([], []);
        }
    }
}
