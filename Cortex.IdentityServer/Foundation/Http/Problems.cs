namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The catalog of all errors that the API returns (RFC 9457).</summary>
internal static class Problems
{
    public static readonly Refusal ValidationFailed = new("validation_failed", 400, "Invalid input", "One or more fields are invalid. See errors for details.");
    public static readonly Refusal MalformedRequest = new("malformed_request", 400, "Malformed request", "The request could not be read.");
    public static readonly Refusal UnknownField = new("unknown_field", 400, "Unknown field", "The request has a field that this route doesn't accept.");
    public static readonly Refusal WeakPassword = new("weak_password", 400, "Weak password", "This password is too easy to guess.");
    public static readonly Refusal InvalidResetToken = new(
        "invalid_reset_token", 400, "Invalid reset token", "This link is invalid, has expired, or was already used. Request a new one.");
    public static readonly Refusal InvalidVerificationToken = new(
        "invalid_verification_token", 400, "Invalid verification token", "This link is invalid, has expired, or was already used. Request a new one.");

    public static readonly Refusal Unauthenticated = new(
        "unauthenticated", 401, "Not authenticated", "Send an access token (Authorization: Bearer …) or an API key (X-API-Key).");
    public static readonly Refusal InvalidToken = new("invalid_token", 401, "Invalid token", "This token isn't valid for this request.");
    public static readonly Refusal TokenExpired = new("token_expired", 401, "Token expired", "This access token has expired. Refresh it.");
    public static readonly Refusal SessionRevoked = new("session_revoked", 401, "Session ended", "This session has ended. Log in again.");
    public static readonly Refusal InvalidCredentials = new("invalid_credentials", 401, "Invalid credentials", "The email or password is incorrect.");
    public static readonly Refusal TwoFactorRequired = new(
        "two_factor_required", 401, "Second factor required",
        "Send a code from your authenticator app or a recovery code, with the two_factor_token, to /api/v1/auth/login/2fa.");
    public static readonly Refusal InvalidTwoFactorCode = new(
        "invalid_two_factor_code", 401, "Invalid two-factor code", "This code is incorrect, has expired, or was already used.");
    public static readonly Refusal InvalidRefreshToken = new(
        "invalid_refresh_token", 401, "Invalid refresh token", "This refresh token is invalid, expired, or revoked. Log in again.");
    public static readonly Refusal RefreshTokenReused = new(
        "refresh_token_reused", 401, "Refresh token reused", "This refresh token was already used, so the session was ended for security. Log in again.");
    public static readonly Refusal InvalidApiKey = new("invalid_api_key", 401, "Invalid API key", "This API key is unknown, inactive, or revoked.");
    public static readonly Refusal ApiKeyExpired = new("api_key_expired", 401, "API key expired", "This API key has expired.");
    public static readonly Refusal ReauthenticationRequired = new(
        "reauthentication_required", 401, "Fresh authentication required", "This requires recent authentication. Confirm your identity again.");
    public static readonly Refusal InvalidSignature = new(
        "invalid_signature", 401, "Invalid signature", "The signature doesn't match, or the timestamp is out of range.");

    public static readonly Refusal Forbidden = new("forbidden", 403, "Forbidden", "You don't have permission to do this.");
    public static readonly Refusal InsufficientScope = new(
        "insufficient_scope", 403, "Insufficient scope", "This credential lacks a scope that this route requires.");
    public static readonly Refusal AccountDisabled = new("account_disabled", 403, "Account disabled", "This account is disabled.");
    public static readonly Refusal EmailNotVerified = new("email_not_verified", 403, "Email not verified", "Verify your email address first.");

    public static readonly Refusal NotFound = new("not_found", 404, "Not found", "This resource doesn't exist or belongs to another user.");
    public static readonly Refusal MethodNotAllowed = new(
        "method_not_allowed", 405, "Method not allowed", "This route doesn't support this method. See the Allow header.");
    public static readonly Refusal EmailTaken = new("email_taken", 409, "Email taken", "An account with this email already exists.");
    public static readonly Refusal TwoFactorAlreadyEnabled = new(
        "two_factor_already_enabled", 409, "Two-factor authentication is enabled", "Two-factor authentication is already enabled.");
    public static readonly Refusal TwoFactorNotEnabled = new(
        "two_factor_not_enabled", 409, "Two-factor authentication isn't enabled", "Two-factor authentication isn't enabled.");
    public static readonly Refusal ApiKeyLimit = new(
        "api_key_limit", 409, "Too many API keys", "An account can have up to 50 active API keys, and up to 200 that aren't revoked. Revoke one first.");
    public static readonly Refusal IdConflict = new(
        "id_conflict", 409, "Id conflict", "An event has the id of another owner's event. Nothing was recorded.");
    public static readonly Refusal NoCustomer = new(
        "no_customer", 409, "No customer", "This account hasn't bought anything yet, so it isn't a customer of the payment provider.");
    public static readonly Refusal LastAdmin = new(
        "last_admin", 409, "Last administrator", "The last administrator can't be demoted, disabled, or deleted.");
    public static readonly Refusal InUse = new(
        "in_use", 409, "Still in use", "Rows in another application's table still reference this resource. Delete or detach those rows first.");
    public static readonly Refusal PreconditionFailed = new(
        "precondition_failed", 412, "Precondition failed", "The resource has changed since you read it (If-Match). Read it again.");
    public static readonly Refusal PayloadTooLarge = new("payload_too_large", 413, "Payload too large", "The body is larger than 64 KiB.");
    public static readonly Refusal UnsupportedMediaType = new(
        "unsupported_media_type", 415, "Unsupported media type", "Send uncompressed application/json in UTF-8.");
    public static readonly Refusal RateLimited = new(
        "rate_limited", 429, "Too many requests", "Too many requests. Try again after the time in the Retry-After header.");
    public static readonly Refusal AccountLocked = new(
        "account_locked", 429, "Account locked", "This account is temporarily locked. Try again after the time in the Retry-After header.");
    public static readonly Refusal QuotaExceeded = new(
        "quota_exceeded", 429, "Quota exceeded", "The quota for this period is used up. Try again after the time in the Retry-After header.");
    public static readonly Refusal ServiceUnavailable = new(
        "service_unavailable", 503, "Service unavailable", "The database can't be reached. Try again shortly.");

    /// <summary>The error for unexpected failures. Only the log, under the trace id, has the cause.</summary>
    public static readonly Refusal InternalError = new(
        "internal_error", 500, "Internal error", "An unexpected error occurred. The server logged it under this trace_id.");

    /// <summary>All errors that the documentation lists.</summary>
    public static IReadOnlyList<Refusal> All { get; } =
    [
        ValidationFailed, MalformedRequest, UnknownField, PayloadTooLarge, UnsupportedMediaType, NotFound, MethodNotAllowed, RateLimited,
        ServiceUnavailable, Unauthenticated, InvalidToken, TokenExpired, SessionRevoked, Forbidden, InsufficientScope, InvalidCredentials,
        AccountDisabled, AccountLocked, EmailNotVerified, TwoFactorRequired, InvalidTwoFactorCode, TwoFactorAlreadyEnabled, TwoFactorNotEnabled,
        InvalidRefreshToken, RefreshTokenReused, InvalidApiKey, ApiKeyExpired, ApiKeyLimit, EmailTaken, WeakPassword, InvalidResetToken,
        InvalidVerificationToken, ReauthenticationRequired, LastAdmin, InvalidSignature, PreconditionFailed, InUse, IdConflict, QuotaExceeded,
        NoCustomer,
    ];

    /// <summary>Returns the error for a deletion that rows of a table of the database's owner prevent.</summary>
    public static Refusal StillReferenced(string table) => InUse with
    {
        Detail = $"Nothing was deleted, because rows of the table {table} still reference this resource. Delete or detach those rows first.",
    };

    /// <summary>Returns the error for a status that the framework set without a body, or null for a status below 400.</summary>
    public static Refusal? ForStatus(int status) => status switch
    {
        400 => MalformedRequest,
        401 => Unauthenticated,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        503 => ServiceUnavailable,
        >= 500 => InternalError,
        >= 400 => MalformedRequest,
        _ => null,
    };
}
