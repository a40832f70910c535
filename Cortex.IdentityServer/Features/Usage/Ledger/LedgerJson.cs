using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReportUsageResponse))]
[JsonSerializable(typeof(UsageEventRequest))]
internal sealed partial class LedgerJson : JsonSerializerContext;
