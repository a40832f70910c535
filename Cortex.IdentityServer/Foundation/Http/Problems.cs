namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Every error that the API answers with, in one place (RFC 9457).</summary>
internal static class Problems
{
    public static readonly Refusal ValidationFailed = new("validation_failed", 400, "Invalid input", "One or more fields are not valid; see errors.");
    public static readonly Refusal MalformedRequest = new("malformed_request", 400, "Malformed request", "The request could not be read.");
    public static readonly Refusal UnknownField = new("unknown_field", 400, "Unknown field", "The request has a field that this route does not know.");
    public static readonly Refusal WeakPassword = new("weak_password", 400, "Weak password", "This password is too easy to guess.");
    public static readonly Refusal InvalidResetToken = new(
        "invalid_reset_token", 400, "Invalid reset token", "This link is invalid, was already used or has expired; ask for a new one.");
    public static readonly Refusal InvalidVerificationToken = new(
        "invalid_verification_token", 400, "Invalid verification token", "This link is invalid, was already used or has expired; ask for a new one.");

    public static readonly Refusal Unauthenticated = new(
        "unauthenticated", 401, "Not authenticated", "Send an access token (Authorization: Bearer …) or an API key (X-API-Key).");
    public static readonly Refusal InvalidToken = new("invalid_token", 401, "Invalid token", "This token is not valid for this request.");
    public static readonly Refusal TokenExpired = new("token_expired", 401, "Token expired", "This access token has expired; refresh it.");
    public static readonly Refusal SessionRevoked = new("session_revoked", 401, "Session ended", "This session has ended; log in again.");
    public static readonly Refusal InvalidCredentials = new("invalid_credentials", 401, "Invalid credentials", "The email or the password is wrong.");
    public static readonly Refusal TwoFactorRequired = new(
        "two_factor_required", 401, "Second factor required",
        "Send the code of your authenticator app, or a recovery code, with the two_factor_token to /api/v1/auth/login/2fa.");
    public static readonly Refusal InvalidTwoFactorCode = new(
        "invalid_two_factor_code", 401, "Invalid two-factor code", "This code is wrong, too old or already used.");
    public static readonly Refusal InvalidRefreshToken = new(
        "invalid_refresh_token", 401, "Invalid refresh token", "This refresh token is not valid, or no longer valid; log in again.");
    public static readonly Refusal RefreshTokenReused = new(
        "refresh_token_reused", 401, "Refresh token reused", "This refresh token was used before; the session was ended for safety. Log in again.");
    public static readonly Refusal InvalidApiKey = new("invalid_api_key", 401, "Invalid API key", "This API key is unknown, switched off or revoked.");
    public static readonly Refusal ApiKeyExpired = new("api_key_expired", 401, "API key expired", "This API key has expired.");
    public static readonly Refusal ReauthenticationRequired = new(
        "reauthentication_required", 401, "Fresh authentication required", "Your last proof of identity is too old for this; send your password.");
    public static readonly Refusal InvalidSignature = new(
        "invalid_signature", 401, "Invalid signature", "The signature is wrong, or the timestamp is out of range.");

    public static readonly Refusal Forbidden = new("forbidden", 403, "Forbidden", "You may not do this.");
    public static readonly Refusal InsufficientScope = new(
        "insufficient_scope", 403, "Insufficient scope", "This credential lacks a scope that is required here.");
    public static readonly Refusal AccountDisabled = new("account_disabled", 403, "Account disabled", "This account is disabled.");
    public static readonly Refusal EmailNotVerified = new("email_not_verified", 403, "Email not verified", "Verify your email address first.");

    public static readonly Refusal NotFound = new("not_found", 404, "Not found", "This doesn't exist, or it belongs to somebody else.");
    public static readonly Refusal MethodNotAllowed = new(
        "method_not_allowed", 405, "Method not allowed", "This route does not support this method; see the Allow header.");
    public static readonly Refusal EmailTaken = new("email_taken", 409, "Email taken", "There already is an account with this email.");
    public static readonly Refusal TwoFactorAlreadyEnabled = new(
        "two_factor_already_enabled", 409, "Two-factor authentication is on", "Two-factor authentication is already on.");
    public static readonly Refusal TwoFactorNotEnabled = new(
        "two_factor_not_enabled", 409, "Two-factor authentication is off", "Two-factor authentication is not on.");
    public static readonly Refusal ApiKeyLimit = new(
        "api_key_limit", 409, "Too many API keys", "An account can have 50 active API keys, and 200 that aren't revoked; revoke one first.");
    public static readonly Refusal LastAdmin = new(
        "last_admin", 409, "Last administrator", "The last administrator can't be demoted, disabled or deleted.");
    public static readonly Refusal InUse = new(
        "in_use", 409, "Still in use", "Rows of another program's table still refer to this; delete or detach them first.");
    public static readonly Refusal PreconditionFailed = new(
        "precondition_failed", 412, "Changed meanwhile", "This was changed since you read it (If-Match); read it again.");
    public static readonly Refusal PayloadTooLarge = new("payload_too_large", 413, "Payload too large", "The body is larger than 64 KiB.");
    public static readonly Refusal UnsupportedMediaType = new(
        "unsupported_media_type", 415, "Unsupported media type", "Send application/json in UTF-8, not compressed.");
    public static readonly Refusal RateLimited = new("rate_limited", 429, "Too many requests", "Too many attempts; wait for as long as Retry-After says.");
    public static readonly Refusal AccountLocked = new(
        "account_locked", 429, "Account locked", "This account is temporarily locked; wait for as long as Retry-After says.");
    public static readonly Refusal ServiceUnavailable = new(
        "service_unavailable", 503, "Service unavailable", "The database can't be reached; try again soon.");

    /// <summary>What is left when the fault is ours. Its cause is in the log under the trace id, and nowhere else.</summary>
    public static readonly Refusal InternalError = new(
        "internal_error", 500, "Internal error", "Something went wrong on our side; it was logged under this trace_id.");

    /// <summary>All of them, for the documentation and its test.</summary>
    public static IReadOnlyList<Refusal> All { get; } =
    [
        ValidationFailed, MalformedRequest, UnknownField, PayloadTooLarge, UnsupportedMediaType, NotFound, MethodNotAllowed, RateLimited,
        ServiceUnavailable, Unauthenticated, InvalidToken, TokenExpired, SessionRevoked, Forbidden, InsufficientScope, InvalidCredentials,
        AccountDisabled, AccountLocked, EmailNotVerified, TwoFactorRequired, InvalidTwoFactorCode, TwoFactorAlreadyEnabled, TwoFactorNotEnabled,
        InvalidRefreshToken, RefreshTokenReused, InvalidApiKey, ApiKeyExpired, ApiKeyLimit, EmailTaken, WeakPassword, InvalidResetToken,
        InvalidVerificationToken, ReauthenticationRequired, LastAdmin, InvalidSignature, PreconditionFailed, InUse,
    ];

    /// <summary>The error that a bare status of the framework stands for.</summary>
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
