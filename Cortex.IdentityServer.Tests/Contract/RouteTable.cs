namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Who may call a route.</summary>
public enum Audience
{
    /// <summary>Any caller.</summary>
    Anyone,

    /// <summary>Any user with a session.</summary>
    Session,

    /// <summary>Any user with a session or an API key.</summary>
    SessionOrKey,

    /// <summary>Any API key.</summary>
    ApiKey,

    /// <summary>An API key with the scope <c>introspect</c>, or an administrator.</summary>
    Introspect,

    /// <summary>Support staff and administrators.</summary>
    Support,

    /// <summary>Administrators.</summary>
    Admin,
}

/// <summary>A route, a request to it that changes nothing, and the response to callers with permission.</summary>
/// <param name="Operation">The method and path as in the OpenAPI document.</param>
/// <param name="For">Who may call the route.</param>
/// <param name="SuccessStatus">The status that callers with permission get.</param>
/// <param name="Body">The request body, or null for none.</param>
/// <param name="EndsSession">Whether the request ends the caller's session.</param>
public sealed record RouteRow(string Operation, Audience For, int SuccessStatus, string? Body = null, bool EndsSession = false);

/// <summary>
/// Every route with its audience, read from the tables of routes in <c>docs/api.md</c>. A new route needs a row there, which decides who may call it.
/// </summary>
internal static class RouteTable
{
    private const string Empty = "{}";

    /// <summary>Routes that don't respond as <see cref="UsualProbe"/> expects.</summary>
    private static readonly Dictionary<string, Probe> Exceptions = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/auth/login/passkey/options"] = new(200, Empty),
        ["POST /api/v1/auth/reauthenticate/passkey/options"] = new(404, Empty),
        ["POST /api/v1/auth/logout"] = new(204, EndsSession: true),
        ["POST /api/v1/auth/logout/all"] = new(204, EndsSession: true),
        ["POST /api/v1/auth/2fa/enable"] = new(400, """{"unknown": 1}"""),
        ["PATCH /api/v1/auth/passkeys/{id}"] = new(404, """{"name": "phone"}"""),
        ["PATCH /api/v1/auth/api-keys/{key_id}"] = new(404, Empty),
        ["POST /api/v1/auth/api-keys/{key_id}/rotate"] = new(404, Empty),
        ["POST /api/v1/admin/users/import"] = new(200, ""),
        ["POST /api/v1/admin/users/{id}/usage/adjustments"] = new(404, """{"tokens_used": 1, "reason": "test"}"""),
        ["POST /api/v1/billing/webhooks/polar"] = new(404, Empty),
        ["POST /api/v1/admin/billing-events/{id}/assign"] = new(404, $$"""{"user_id": "{{Guid.Empty}}"}"""),
        ["PATCH /api/v1/admin/users/{id}"] = new(404, Empty),
        ["GET /api/v1/billing/portal"] = new(404),
        ["PUT /api/v1/admin/users/{id}/quota"] = new(404, Empty),
    };

    public static IReadOnlyList<RouteRow> Rows { get; } = [.. DocumentedRoute.All.Select(RowOf)];

    private static RouteRow RowOf(DocumentedRoute route)
    {
        var probe = Exceptions.GetValueOrDefault(route.Operation) ?? UsualProbe(route);
        return new(route.Operation, AudienceOf(route.Who), probe.SuccessStatus, probe.Body, probe.EndsSession);
    }

    /// <summary>An unknown id gives 404, an empty body fails validation, and any other request succeeds.</summary>
    private static Probe UsualProbe(DocumentedRoute route) =>
        route.Operation.Contains('{', StringComparison.Ordinal) ? new(404)
        : OpenApiSnapshot.Operations[route.Operation].TryGetProperty("requestBody", out _) ? new(400, Empty)
        : new(route.FirstSuccess);

    private static Audience AudienceOf(string who) => who switch
    {
        "anyone" => Audience.Anyone,
        "session" => Audience.Session,
        "session or key" => Audience.SessionOrKey,
        "key" => Audience.ApiKey,
        "introspection" => Audience.Introspect,
        "support" => Audience.Support,
        "admin" => Audience.Admin,
        _ => throw new ArgumentOutOfRangeException(nameof(who), who, "no such audience"),
    };

    private sealed record Probe(int SuccessStatus, string? Body = null, bool EndsSession = false);
}
