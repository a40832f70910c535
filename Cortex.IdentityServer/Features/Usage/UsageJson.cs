using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageReportResponse))]
internal sealed partial class UsageJson : JsonSerializerContext;
