using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Calls every route of the OpenAPI document as every kind of caller (OWASP ASVS 8.2.1).</summary>
public sealed partial class RouteMatrixTests(RouteCallers app) : IClassFixture<RouteCallers>
{
    private static readonly Guid Nobody = new("0199f0f0-0000-7000-8000-000000000000");

    private static readonly CallerKind[] Persons = [CallerKind.User, CallerKind.Unverified, CallerKind.Support, CallerKind.Admin];
    private static readonly CallerKind[] Keys = [CallerKind.KeyWithoutScope, CallerKind.KeyWithScope];

    [Fact]
    public async Task Every_route_has_a_line_in_the_table_and_every_line_a_route()
    {
        var document = await (await app.Anonymous().GetAsync("/openapi/v1.json", Token)).JsonAsync(HttpStatusCode.OK);

        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => $"{operation.Name.ToUpperInvariant()} {path.Name}");

        Assert.Equal(operations.Order(StringComparer.Ordinal), RouteTable.Rows.Select(row => row.Operation).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Each_caller_reaches_only_the_routes_that_are_theirs(string operation, CallerKind who)
    {
        var row = RouteTable.Rows.Single(row => row.Operation == operation);
        var caller = await app.CallerAsync(who, row.EndsSession);

        using var response = await caller.SendAsync(RequestOf(row), Token);

        var expected = Expected(row, who);
        Assert.True(
            (int)response.StatusCode == expected,
            $"{who}: expected {expected}, was {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(Token)}");
        if (expected is 401 or 403)
        {
            await response.ShouldBeProblemAsync(expected, Code(row, who));
        }

        await ShouldBeDocumentedAsync(operation, response);
    }

    /// <summary>Asserts that the document lists the response's status and problem, so that generated clients know them.</summary>
    private async Task ShouldBeDocumentedAsync(string operation, HttpResponseMessage response)
    {
        var (method, path) = (operation.Split(' ')[0].ToLowerInvariant(), operation.Split(' ')[1]);
        var answers = (await app.DocumentAsync()).GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");
        var status = $"{(int)response.StatusCode}";
        Assert.True(answers.TryGetProperty(status, out var documented), $"{operation} doesn't document {status}");
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var code = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("code").GetString()!;
            Assert.True(
                documented.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples").TryGetProperty(code, out _),
                $"{operation} doesn't document {status} {code}");
        }
    }

    public static TheoryData<string, CallerKind> Matrix()
    {
        var data = new TheoryData<string, CallerKind>();
        foreach (var row in RouteTable.Rows)
        {
            foreach (var who in Enum.GetValues<CallerKind>())
            {
                data.Add(row.Operation, who);
            }
        }

        return data;
    }

    private static int Expected(RouteRow row, CallerKind who) =>
        row.For == Audience.Anyone || MayCall(row.For).Contains(who) ? row.SuccessStatus
        : who is CallerKind.Anonymous or CallerKind.TwoFactorPending or CallerKind.Disabled ? 401
        : 403;

    private static CallerKind[] MayCall(Audience whom) => whom switch
    {
        Audience.Session => Persons,
        Audience.SessionOrKey => [.. Persons, .. Keys],
        Audience.ApiKey => Keys,
        Audience.Introspect => [CallerKind.KeyWithScope, CallerKind.Admin],
        Audience.Support => [CallerKind.Support, CallerKind.Admin],
        _ => [CallerKind.Admin],
    };

    private static string Code(RouteRow row, CallerKind who) => who switch
    {
        CallerKind.Anonymous => "unauthenticated",
        CallerKind.TwoFactorPending => "invalid_token",
        CallerKind.Disabled => "account_disabled",
        CallerKind.KeyWithoutScope when row.For == Audience.Introspect => "insufficient_scope",
        _ => "forbidden",
    };

    private static HttpRequestMessage RequestOf(RouteRow row)
    {
        var (method, path) = row.Operation.Split(' ') is [var first, var second] ? (first, second) : throw new JsonException(row.Operation);
        var request = new HttpRequestMessage(HttpMethod.Parse(method), IdInPath().Replace(path, $"{Nobody}"));
        if (row.Body is { } body)
        {
            request.Content = new StringContent(body, Encoding.UTF8, body.Length == 0 ? "application/x-ndjson" : "application/json");
        }

        return request;
    }

    [GeneratedRegex(@"\{(\w+_)?id\}")]
    private static partial Regex IdInPath();

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
