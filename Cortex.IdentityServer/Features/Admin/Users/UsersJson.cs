using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdminUserDetails))]
[JsonSerializable(typeof(AdminUserResponse))]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(UpdateUserRequest))]
[JsonSerializable(typeof(UserPageResponse))]
[JsonSerializable(typeof(UserQuotaBody))]
internal sealed partial class UsersJson : JsonSerializerContext;
