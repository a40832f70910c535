using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Source-generated JSON for what waits in the outbox.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class MailJson : JsonSerializerContext;
