namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Why an import was cut short.</summary>
/// <param name="Code">
/// The error code for programs: <c>payload_too_large</c>, <c>service_unavailable</c>, <c>malformed_request</c>, or <c>forbidden</c>,
/// <c>session_revoked</c> or <c>account_disabled</c> if the administrator lost the right to import.
/// </param>
/// <param name="Detail">The explanation for people.</param>
/// <param name="Line">The first line without a result; a new import can continue from here.</param>
internal sealed record ImportErrorBody(string Code, string Detail, int Line);
