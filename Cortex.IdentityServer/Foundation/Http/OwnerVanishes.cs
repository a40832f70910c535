namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What a route without a session answers when the account that it is about is deleted meanwhile: the same as for an account that never was.</summary>
internal sealed record OwnerVanishes(Refusal Refusal);
