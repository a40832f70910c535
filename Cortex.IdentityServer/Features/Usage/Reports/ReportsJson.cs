using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Source-generated JSON serialization of this folder's response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageReportResponse))]
[JsonSerializable(typeof(UsageEventPageResponse))]
[JsonSerializable(typeof(UsageEventResponse))]
internal sealed partial class ReportsJson : JsonSerializerContext;
