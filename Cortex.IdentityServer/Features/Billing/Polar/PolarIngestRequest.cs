namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A batch of events of usage. If Polar refuses one of them, it takes none.</summary>
internal sealed record PolarIngestRequest(IReadOnlyList<PolarUsageEvent> Events);
