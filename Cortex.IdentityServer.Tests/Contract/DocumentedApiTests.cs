using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Mail;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The tables of <c>docs/api.md</c> say what the code does.</summary>
public sealed partial class DocumentedApiTests
{
    private const string FreshAuthentication = "reauthentication_required";

    private static readonly Document Page = Document.Read("docs/api.md");

    private static readonly IReadOnlyDictionary<string, JsonElement> Operations = ReadOperations();

    private static readonly IReadOnlyList<RouteOfTable> Routes = [.. Page.Rows("route").Select(RouteOfTable.Of)];

    [Fact]
    public void Every_route_is_in_a_table() =>
        Assert.Equal(Operations.Keys.Order(StringComparer.Ordinal), Routes.Select(route => route.Operation).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_route_says_who_may_call_it() => Assert.All(Routes, route => Assert.Equal(
        RouteTable.Rows.Single(row => row.Operation == route.Operation).For switch
        {
            Audience.Anyone => "anyone",
            Audience.Session => "session",
            Audience.SessionOrKey => "session or key",
            Audience.Introspect => "introspection",
            Audience.Support => "support",
            _ => "admin",
        },
        route.Who));

    [Fact]
    public void Every_route_says_how_it_answers_a_request_that_succeeds() => Assert.All(Routes, route => Assert.Equal(
        Operations[route.Operation].GetProperty("responses").EnumerateObject().Select(response => response.Name).Where(status => status[0] == '2'),
        route.Success.Split(", ")));

    [Fact]
    public void Every_route_that_asks_for_fresh_authentication_is_marked() => Assert.All(Routes, route => Assert.Equal(
        Operations[route.Operation].GetProperty("responses").TryGetProperty("401", out var refusals)
            && refusals.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples").TryGetProperty(FreshAuthentication, out _),
        route.IsMarked));

    [Fact]
    public void Every_problem_is_in_the_table_with_its_status() => Assert.Equal(
        Problems.All.Append(Problems.InternalError).Select(problem => (problem.Code, problem.Status)).Order(),
        Page.Rows("code").Select(row => (row.Cells[0].Trim('`'), int.Parse(row.Cells[1], CultureInfo.InvariantCulture))).Order());

    [Fact]
    public void Every_rate_limit_is_in_the_table_with_its_default() => Assert.Equal(
        RateLimits.All.Select(limit => (limit.Name, Words(limit))).Order(),
        Page.Rows("limit").Select(row => (row.Cells[0].Trim('`'), row.Cells[1])).Order());

    [Fact]
    public void Every_tier_is_in_the_table_with_its_default() => Assert.Equal(
        RateLimits.ApiKeyTiers.Select(tier => (tier.Key, Words(tier.Value))).Order(),
        Page.Rows("tier").Select(row => (row.Cells[0].Trim('`'), row.Cells[1])).Order());

    [Fact]
    public void Every_kind_of_link_is_in_the_table_with_its_lifetime()
    {
        var lifetimes = Page.Rows("email").ToDictionary(row => row.Cells[0], row => row.Cells[2]);

        Assert.Equal(Words(TokenPurpose.VerifyEmail), lifetimes["Confirm the address"]);
        Assert.Equal(Words(TokenPurpose.ResetPassword), lifetimes["Set a new password"]);
        Assert.Equal(Words(TokenPurpose.ResetPassword), lifetimes["You already have an account"]);
        Assert.Equal(Words(TokenPurpose.ChangeEmail), lifetimes["Confirm the new address"]);
        Assert.Equal(Words(TokenPurpose.Invitation), lifetimes["Invitation"]);
    }

    private static string Words(TokenPurpose purpose) => purpose.Lifetime.TotalHours switch
    {
        1 => "1 hour",
        var hours and <= 24 => string.Create(CultureInfo.InvariantCulture, $"{hours} hours"),
        var hours => string.Create(CultureInfo.InvariantCulture, $"{hours / 24} days"),
    };

    private static string Words(RateLimit limit) => string.Create(
        CultureInfo.InvariantCulture, $"{limit.Permits} per {(limit.Window == TimeSpan.FromMinutes(1) ? "minute" : $"{limit.Window.TotalMinutes} minutes")}");

    private static Dictionary<string, JsonElement> ReadOperations()
    {
        var document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Document.Repository, "Cortex.IdentityServer.Tests", "Contract", "openapi.verified.json")));
        return document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (Name: $"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value))
            .ToDictionary(operation => operation.Name, operation => operation.Value, StringComparer.Ordinal);
    }

    private sealed partial record RouteOfTable(string Operation, bool IsMarked, string Who, string Success)
    {
        public static RouteOfTable Of(TableRow row)
        {
            var match = Route().Match(row.Cells[0]);
            Assert.True(match.Success, $"{row.Cells[0]} isn't a method and a path");
            return new(
                $"{match.Groups["method"].Value} {Prefix().Match(row.Heading).Groups["prefix"].Value}{match.Groups["path"].Value}",
                match.Groups["mark"].Success,
                row.Cells[1],
                row.Cells[2]);
        }

        [GeneratedRegex("^`(?<method>[A-Z]+) (?<path>/[^`]+)`(?<mark> †)?$", RegexOptions.ExplicitCapture)]
        private static partial Regex Route();

        [GeneratedRegex("under `(?<prefix>/[^`]+)`$", RegexOptions.ExplicitCapture)]
        private static partial Regex Prefix();
    }
}
