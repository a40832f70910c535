namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>What a service needs to know about the quota before it spends money on a request.</summary>
/// <param name="Allowed">False if a hard quota of the user or of the key is used up, so that the service should refuse the request with 429.</param>
/// <param name="Mode"><c>hard</c> or <c>soft</c>, which only notifies the owner.</param>
/// <param name="ResetsAt">When the period ends.</param>
internal sealed record IntrospectedQuota(bool Allowed, string Mode, DateTimeOffset ResetsAt);
