using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QuotaResponse))]
internal sealed partial class QuotasJson : JsonSerializerContext;
