using System.Net;
using System.Reflection;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Requirements for the metadata of every route.</summary>
public sealed class RouteTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <summary>Routes that every authenticated caller may use, because they show the caller's own data.</summary>
    private static readonly string[] OwnData = ["GET /api/v1/auth/me", "GET /api/v1/usage", "GET /api/v1/usage/events", "GET /api/v1/usage/quota"];

    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    [Fact]
    public void Every_route_under_api_has_a_policy_or_is_explicitly_anonymous()
    {
        var routes = Routes().Where(route => route.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(routes);

        // A route must not have both, because the policy would authenticate callers of an anonymous route.
        Assert.All(routes, route => Assert.True(
            (route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            ^ route.Metadata.GetOrderedMetadata<IAuthorizeData>()
                .Any(data =>
                    data.Policy is Policies.Session or Policies.SessionOrKey or Policies.ApiKey or Policies.Introspect or Policies.Support or Policies.Admin),
            $"{route.DisplayName} has neither a policy nor AllowAnonymous, or both"));
    }

    [Fact]
    public async Task Exactly_these_routes_are_anonymous()
    {
        var open = (await OperationsAsync()).Where(operation => operation.Value.GetProperty("security").GetArrayLength() == 0);

        Assert.Equal(
            [
                "GET /.well-known/jwks.json", "GET /.well-known/oauth-authorization-server", "GET /.well-known/openid-configuration",
                "GET /.well-known/passkey-endpoints", "GET /.well-known/webauthn", "GET /api/v1/config", "GET /health", "GET /health/live",
                "GET /health/ready",
                "POST /api/v1/auth/change-email/confirm", "POST /api/v1/auth/forgot-password", "POST /api/v1/auth/login", "POST /api/v1/auth/login/2fa",
                "POST /api/v1/auth/login/2fa/passkey", "POST /api/v1/auth/login/2fa/passkey/options", "POST /api/v1/auth/login/passkey",
                "POST /api/v1/auth/login/passkey/options",
                "POST /api/v1/auth/refresh", "POST /api/v1/auth/register", "POST /api/v1/auth/reset-password", "POST /api/v1/auth/verify-email",
                "POST /api/v1/auth/verify-email/resend", "POST /api/v1/billing/webhooks/polar",
            ],
            open.Select(operation => operation.Key).Order(StringComparer.Ordinal));
    }

    /// <remarks>The document can't contain two routes with the same path.</remarks>
    [Fact]
    public async Task Only_the_logout_by_cookie_is_anonymous_despite_its_documented_policy()
    {
        var documented = await OperationsAsync();

        var open = Routes().Where(
            route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null && route.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .Select(route => $"{route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} {Plain(route.RoutePattern.RawText!)}");

        Assert.Equal(["POST /api/v1/auth/logout"], open.Where(route => documented[route].GetProperty("security").GetArrayLength() > 0));
    }

    /// <remarks>This test fails for a new anonymous route without a rate limit.</remarks>
    [Fact]
    public void Every_anonymous_route_has_a_limit_per_address() => Assert.All(
        Routes().Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null),
        route => Assert.True(route.Metadata.GetMetadata<RouteLimits>() is not null, $"{route.DisplayName} has no limit"));

    /// <remarks>Write routes hash a password or change a secret, except for the cheap ones on this list.</remarks>
    [Fact]
    public void Every_route_on_which_a_user_writes_has_a_limit_per_address_and_per_user()
    {
        string[] cheap = ["/api/v1/auth/logout", "/api/v1/auth/logout/all"];
        var writing = Routes().Where(route =>
            route.Metadata.GetMetadata<IAllowAnonymous>() is null
            && route.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy is Policies.Session or Policies.Support or Policies.Admin)
            && route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Any(method => method is "POST" or "PUT" or "PATCH")
            && !cheap.Contains(Plain(route.RoutePattern.RawText!))).ToList();

        Assert.NotEmpty(writing);
        Assert.All(writing, route => Assert.True(route.Metadata.GetMetadata<RouteLimits>()?.PerUser is not null, $"{route.DisplayName} has no limit per user"));
    }

    [Fact]
    public void Every_limit_of_a_route_is_declared_so_that_RATE_LIMITS_can_change_it()
    {
        var declared = app.Services.GetServices<RateLimit>().ToList();

        Assert.Equal(declared.Count, declared.Select(limit => limit.Name).Distinct().Count());
        Assert.All(
            Routes().Select(route => route.Metadata.GetMetadata<RouteLimits>()).OfType<RouteLimits>()
                .SelectMany(limits => new[] { limits.PerAddress, limits.PerUser }),
            limit => Assert.True(limit is null || declared.Contains(limit), $"{limit?.Name} is not declared"));
    }

    [Fact]
    public async Task Every_route_that_is_limited_or_takes_a_key_shows_429_and_its_headers()
    {
        var limited = (await OperationsAsync()).Where(operation =>
            operation.Value.GetProperty("security").GetArrayLength() != 1 || operation.Value.GetProperty("responses").TryGetProperty("429", out _)).ToList();

        Assert.True(limited.Count > 15, $"only {limited.Count}");
        Assert.All(limited, operation =>
        {
            var answers = operation.Value.GetProperty("responses").EnumerateObject().Where(answer => answer.Name[0] == '2' || answer.Name == "429").ToList();
            Assert.Contains(answers, answer => answer.Name == "429" && answer.Value.GetProperty("headers").TryGetProperty("Retry-After", out _));
            Assert.All(answers, answer => Assert.All(
                ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"],
                header => Assert.True(answer.Value.GetProperty("headers").TryGetProperty(header, out _), $"{operation.Key} {answer.Name} lacks {header}")));
        });
    }

    /// <remarks>The only exception redirects password managers to a page.</remarks>
    [Fact]
    public async Task Every_route_of_the_server_is_in_the_document()
    {
        var documented = await OperationsAsync();

        Assert.All(
            Routes()
                .Where(route => route.RoutePattern.RawText != "/.well-known/change-password")
                .Where(route => route.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal)
                    || route.RoutePattern.RawText.StartsWith("/health", StringComparison.Ordinal)
                || route.RoutePattern.RawText.StartsWith("/.well-known", StringComparison.Ordinal)),
            route => Assert.All(
                route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Where(method => method != HttpMethod.Head.Method),
                method => Assert.Contains($"{method} {Plain(route.RoutePattern.RawText!)}", documented.Keys)));
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_a_description_and_one_tag()
    {
        var operations = await OperationsAsync();

        Assert.All(operations, operation =>
        {
            Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
            Assert.NotEmpty(operation.Value.GetProperty("description").GetString()!);
            Assert.Single(operation.Value.GetProperty("tags").EnumerateArray());
        });
        Assert.Distinct(operations.Values.Select(operation => operation.GetProperty("operationId").GetString()));
    }

    [Fact]
    public async Task Every_operation_under_api_shows_its_refusals()
    {
        var operations = (await OperationsAsync()).Where(operation => operation.Key.Contains(" /api/", StringComparison.Ordinal));

        Assert.All(operations, operation =>
        {
            var answers = operation.Value.GetProperty("responses");
            List<string> expected = ["400", "503"];
            expected.AddRange(operation.Value.GetProperty("security").GetArrayLength() > 0 ? ["401"] : []);

            expected.AddRange(operation.Value.GetProperty("security").GetArrayLength() > 0 && !OwnData.Contains(operation.Key) ? ["403"] : []);
            expected.AddRange(operation.Value.TryGetProperty("requestBody", out _) ? ["413", "415"] : []);
            expected.AddRange(operation.Key.Contains('{', StringComparison.Ordinal) ? ["404"] : []);
            Assert.All(expected, status => Assert.True(answers.TryGetProperty(status, out _), $"{operation.Key} doesn't show {status}"));
            Assert.All(answers.EnumerateObject().Where(answer => answer.Name[0] is '4' or '5'), answer => AssertExamples(answer));
        });
    }

    /// <remarks>The method's name becomes the operation id, and its summary becomes the operation's description.</remarks>
    [Fact]
    public void Every_route_is_handled_by_a_named_method_of_an_endpoints_class()
    {
        var handlers = Routes().Select(route => route.Metadata.GetMetadata<MethodInfo>()).OfType<MethodInfo>()
            .Where(method => method.Module == typeof(Policies).Module).ToList();

        Assert.True(handlers.Count > 60, $"only {handlers.Count}");
        Assert.All(handlers, method => Assert.Matches("Endpoints?$", method.DeclaringType!.Name));
    }

    [Fact]
    public void Every_refusal_that_a_route_documents_is_in_the_catalog() => Assert.All(
        Routes().SelectMany(route => route.Metadata.GetOrderedMetadata<Refusals>()).SelectMany(refusals => refusals.Codes),
        code => Assert.Contains(Problems.All, problem => problem == code with { Status = problem.Status }));

    private static void AssertExamples(JsonProperty answer)
    {
        var examples = answer.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples").EnumerateObject().ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.Equal(example.Name, example.Value.GetProperty("value").GetProperty("code").GetString());
            Assert.Equal(answer.Name, example.Value.GetProperty("value").GetProperty("status").GetRawText());
        });
    }

    private IEnumerable<RouteEndpoint> Routes() =>
        app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    private async Task<Dictionary<string, JsonElement>> OperationsAsync()
    {
        var document = await (await app.Anonymous().GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        return document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (path, operation))
            .Where(pair => Methods.Contains(pair.operation.Name))
            .ToDictionary(pair => $"{pair.operation.Name.ToUpperInvariant()} {pair.path.Name}", pair => pair.operation.Value);
    }

    /// <summary><c>/sessions/{id:guid}/</c> → <c>/sessions/{id}</c>.</summary>
    private static string Plain(string template) =>
        string
            .Join('/', template.Split('/').Select(part => part.StartsWith('{') ? part.Split(':')[0].TrimEnd('}') + "}" : part))
            .TrimEnd('/')
            .Replace("//", "/", StringComparison.Ordinal);
}
