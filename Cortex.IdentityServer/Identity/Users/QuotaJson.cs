using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Source-generated JSON serialization of quotas in the database.</summary>
[JsonSerializable(typeof(QuotaLimits))]
internal sealed partial class QuotaJson : JsonSerializerContext;
