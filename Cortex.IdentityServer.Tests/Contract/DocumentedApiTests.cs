using System.Globalization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Cortex.IdentityServer.Tests.Configuration;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The tables of <c>docs/api.md</c> match the code.</summary>
public sealed class DocumentedApiTests
{
    private const string FreshAuthentication = "reauthentication_required";

    private static readonly Document Page = Document.Read("docs/api.md");

    [Fact]
    public void Every_route_is_in_a_table() =>
        Assert.Equal(
            OpenApiSnapshot.Operations.Keys.Order(StringComparer.Ordinal),
            DocumentedRoute.All.Select(route => route.Operation).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_route_documents_its_successful_response() => Assert.All(DocumentedRoute.All, route => Assert.Equal(
        OpenApiSnapshot.Operations[route.Operation].GetProperty("responses").EnumerateObject()
            .Select(response => response.Name).Where(status => status[0] == '2'),
        route.Success.Split(", ")));

    [Fact]
    public void Every_route_that_requires_fresh_authentication_is_marked() => Assert.All(DocumentedRoute.All, route => Assert.Equal(
        OpenApiSnapshot.Operations[route.Operation].GetProperty("responses").TryGetProperty("401", out var refusals)
            && refusals.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples").TryGetProperty(FreshAuthentication, out _),
        route.IsMarked));

    [Fact]
    public void Every_problem_is_in_the_table_with_its_status() => Assert.Equal(
        Problems.All.Append(Problems.InternalError).Select(problem => (problem.Code, problem.Status)).Order(),
        Page.Rows("code").Select(row => (row.Cells[0].Trim('`'), int.Parse(row.Cells[1], CultureInfo.InvariantCulture))).Order());

    [Fact]
    public void Every_rate_limit_is_in_the_table_with_its_default() => Assert.Equal(
        Variables.Read().DeclaredLimits.Select(limit => (limit.Name, Words(limit))).Order(),
        Page.Rows("limit").Select(row => (row.Cells[0].Trim('`'), row.Cells[1])).Order());

    [Fact]
    public void Every_tier_is_in_the_table_with_its_default() => Assert.Equal(
        TierOptions.Defaults.Select(tier => (tier.Key, Words(tier.Value))).Order(),
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
}
