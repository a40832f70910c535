namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// The refusal of a route without a session when the account is deleted during the request. It is the same as for an account that never existed.
/// </summary>
internal sealed record OwnerDeleted(Refusal Refusal);
