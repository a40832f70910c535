using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Source-generated JSON serialization of the details of emails in the outbox.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class MailJson : JsonSerializerContext;
