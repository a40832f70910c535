using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatisticsResponse))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
