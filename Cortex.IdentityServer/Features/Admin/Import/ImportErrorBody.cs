namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Why an import was cut short.</summary>
/// <param name="Code">
/// The kind of error, for a program: <c>payload_too_large</c>, <c>service_unavailable</c>, <c>malformed_request</c>, or <c>forbidden</c>,
/// <c>session_revoked</c> or <c>account_disabled</c> where the right to import was taken away.
/// </param>
/// <param name="Detail">What happened, for a person.</param>
/// <param name="Line">The first line without a result: the import can be sent again from here.</param>
internal sealed record ImportErrorBody(string Code, string Detail, int Line);
