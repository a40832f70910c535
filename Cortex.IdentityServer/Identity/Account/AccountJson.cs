using System.Text.Json.Serialization;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Source-generated JSON serialization of this folder's request and response bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AccountExport))]
[JsonSerializable(typeof(ChangeEmailRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(MailAccepted))]
[JsonSerializable(typeof(MailRequest))]
[JsonSerializable(typeof(MailedTokenRequest))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegistrationAccepted))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(UserResponse))]
internal sealed partial class AccountJson : JsonSerializerContext;
