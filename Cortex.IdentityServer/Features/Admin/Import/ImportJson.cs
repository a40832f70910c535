using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FailedLine))]
[JsonSerializable(typeof(ImportError))]
[JsonSerializable(typeof(ImportProgress))]
[JsonSerializable(typeof(ImportSummary))]
[JsonSerializable(typeof(ImportedLine))]
[JsonSerializable(typeof(ImportedUser))]
internal sealed partial class ImportJson : JsonSerializerContext;
