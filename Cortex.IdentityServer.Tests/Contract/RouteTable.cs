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
/// <param name="Answer">The status that callers with permission get.</param>
/// <param name="Body">The request body, or null for none.</param>
/// <param name="EndsSession">Whether the request ends the caller's session.</param>
public sealed record RouteRow(string Operation, Audience For, int Answer, string? Body = null, bool EndsSession = false);

/// <summary>Every route of the OpenAPI document. A new route needs a line here, which decides who may call it.</summary>
internal static class RouteTable
{
    public static IReadOnlyList<RouteRow> Rows { get; } =
    [
        new("GET /health", Audience.Anyone, 200),
        new("GET /health/live", Audience.Anyone, 200),
        new("GET /health/ready", Audience.Anyone, 200),
        new("GET /.well-known/jwks.json", Audience.Anyone, 200),
        new("GET /.well-known/openid-configuration", Audience.Anyone, 200),
        new("GET /.well-known/oauth-authorization-server", Audience.Anyone, 200),
        new("GET /.well-known/webauthn", Audience.Anyone, 200),

        new("POST /api/v1/auth/register", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/login", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/login/2fa", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/login/2fa/passkey", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/login/2fa/passkey/options", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/login/passkey", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/login/passkey/options", Audience.Anyone, 200, "{}"),
        new("POST /api/v1/auth/refresh", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/verify-email", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/verify-email/resend", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/forgot-password", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/reset-password", Audience.Anyone, 400, "{}"),
        new("POST /api/v1/auth/change-email/confirm", Audience.Anyone, 400, "{}"),

        new("GET /api/v1/auth/me", Audience.SessionOrKey, 200),
        new("GET /api/v1/auth/verify", Audience.SessionOrKey, 204),
        new("POST /api/v1/auth/introspect", Audience.Introspect, 400, "{}"),

        new("DELETE /api/v1/auth/me", Audience.Session, 400, "{}"),
        new("PATCH /api/v1/auth/me/password", Audience.Session, 400, "{}"),
        new("GET /api/v1/auth/me/export", Audience.Session, 200),
        new("GET /api/v1/auth/me/events", Audience.Session, 200),
        new("POST /api/v1/auth/change-email", Audience.Session, 400, "{}"),
        new("POST /api/v1/auth/reauthenticate", Audience.Session, 400, "{}"),
        new("POST /api/v1/auth/logout", Audience.Session, 204, EndsSession: true),
        new("POST /api/v1/auth/logout/all", Audience.Session, 204, EndsSession: true),
        new("GET /api/v1/auth/sessions", Audience.Session, 200),
        new("DELETE /api/v1/auth/sessions/{id}", Audience.Session, 404),
        new("POST /api/v1/auth/2fa/enable", Audience.Session, 400, """{"unknown": 1}"""),
        new("POST /api/v1/auth/2fa/verify", Audience.Session, 400, "{}"),
        new("POST /api/v1/auth/2fa/disable", Audience.Session, 400, "{}"),
        new("POST /api/v1/auth/2fa/recovery-codes", Audience.Session, 400, "{}"),
        new("POST /api/v1/auth/passkeys/options", Audience.Session, 200),
        new("POST /api/v1/auth/passkeys", Audience.Session, 400, "{}"),
        new("GET /api/v1/auth/passkeys", Audience.Session, 200),
        new("PATCH /api/v1/auth/passkeys/{id}", Audience.Session, 404, """{"name": "phone"}"""),
        new("DELETE /api/v1/auth/passkeys/{id}", Audience.Session, 404),
        new("POST /api/v1/auth/api-keys/generate", Audience.Session, 400, "{}"),
        new("GET /api/v1/auth/api-keys", Audience.Session, 200),
        new("PATCH /api/v1/auth/api-keys/{key_id}", Audience.Session, 404, "{}"),
        new("POST /api/v1/auth/api-keys/{key_id}/rotate", Audience.Session, 404, "{}"),
        new("DELETE /api/v1/auth/api-keys/{key_id}", Audience.Session, 404),

        new("GET /api/v1/admin/users", Audience.Support, 200),
        new("GET /api/v1/admin/users/export", Audience.Support, 200),
        new("GET /api/v1/admin/users/{id}", Audience.Support, 404),
        new("GET /api/v1/admin/users/{id}/usage", Audience.Support, 404),
        new("GET /api/v1/admin/users/{id}/api-keys", Audience.Support, 404),
        new("POST /api/v1/admin/users/{id}/unlock", Audience.Support, 404),
        new("POST /api/v1/admin/users/{id}/reset-2fa", Audience.Support, 404),
        new("POST /api/v1/admin/users/{id}/revoke-sessions", Audience.Support, 404),
        new("POST /api/v1/admin/users/{id}/send-password-reset", Audience.Support, 404),
        new("GET /api/v1/admin/audit-events", Audience.Support, 200),
        new("GET /api/v1/admin/billing-events", Audience.Support, 200),
        new("GET /api/v1/admin/stats", Audience.Support, 200),
        new("POST /api/v1/admin/users", Audience.Admin, 400, "{}"),
        new("POST /api/v1/admin/users/import", Audience.Admin, 200, ""),
        new("PATCH /api/v1/admin/users/{id}", Audience.Admin, 404, "{}"),
        new("DELETE /api/v1/admin/users/{id}", Audience.Admin, 404),
        new("DELETE /api/v1/admin/users/{id}/api-keys/{key_id}", Audience.Admin, 404),
        new("POST /api/v1/admin/billing-events/{id}/replay", Audience.Admin, 404),
    ];
}
