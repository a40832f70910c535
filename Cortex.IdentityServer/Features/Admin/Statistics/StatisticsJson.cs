using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>Source-generated JSON for the bodies of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatisticsResponse))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
