using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Source-generated JSON for the bodies of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageReportResponse))]
internal sealed partial class UsageJson : JsonSerializerContext;
