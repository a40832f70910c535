using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Clients branch on error codes, so published codes never change.</summary>
public sealed class ErrorCodeTests
{
    private static readonly string[] Published =
    [
        "validation_failed", "malformed_request", "unknown_field", "payload_too_large", "unsupported_media_type", "not_found",
        "method_not_allowed", "rate_limited", "service_unavailable", "unauthenticated", "invalid_token", "token_expired",
        "session_revoked", "forbidden", "insufficient_scope", "invalid_credentials", "account_disabled", "account_locked",
        "email_not_verified", "two_factor_required", "invalid_two_factor_code", "two_factor_already_enabled", "two_factor_not_enabled",
        "invalid_refresh_token", "refresh_token_reused", "invalid_api_key", "api_key_expired", "api_key_limit", "email_taken",
        "weak_password", "invalid_reset_token", "invalid_verification_token", "reauthentication_required", "last_admin", "invalid_signature",

        // A failed If-Match has its own status (RFC 9110 section 13.1.1). Another application's foreign key can prevent a deletion ("in_use").
        "precondition_failed", "in_use",

        "id_conflict", "quota_exceeded", "no_customer",
    ];

    [Fact]
    public void Exactly_the_published_codes_exist() =>
        Assert.Equal(Published.Order(), Problems.All.Select(problem => problem.Code).Order());

    [Fact]
    public void Every_problem_in_the_catalog_is_listed()
    {
        var declared = typeof(Problems).GetFields().Select(field => field.GetValue(null)).OfType<Refusal>().ToList();

        // Clients can't provoke an internal error, so its code isn't published.
        Assert.Equal(declared.Except([Problems.InternalError]).Select(problem => problem.Code).Order(), Problems.All.Select(problem => problem.Code).Order());
    }

    [Fact]
    public void Every_problem_has_an_error_status_a_title_and_a_sentence() => Assert.All(Problems.All, problem =>
    {
        Assert.InRange(problem.Status, 400, 503);
        Assert.NotEmpty(problem.Title);
        Assert.EndsWith(".", problem.Detail, StringComparison.Ordinal);
    });
}
