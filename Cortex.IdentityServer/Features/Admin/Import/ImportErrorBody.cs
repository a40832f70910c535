namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The reason why an import was cut short.</summary>
/// <param name="Code">
/// The machine-readable error code: <c>payload_too_large</c>, <c>service_unavailable</c>, <c>malformed_request</c>, or <c>forbidden</c>,
/// <c>session_revoked</c> or <c>account_disabled</c> if the administrator lost the right to import.
/// </param>
/// <param name="Detail">A human-readable explanation.</param>
/// <param name="Line">The first line without a result; a new import can continue from here.</param>
internal sealed record ImportErrorBody(string Code, string Detail, int Line);
