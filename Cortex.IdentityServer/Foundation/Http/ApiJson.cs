using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Features.Admin;
using Cortex.IdentityServer.Features.Admin.Import;
using Cortex.IdentityServer.Features.Admin.Statistics;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.Introspection;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Source-generated JSON for every body that is read or written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(AliveResponse))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(AccountExport))]
[JsonSerializable(typeof(UserResponse))]
[JsonSerializable(typeof(UserPageResponse))]
[JsonSerializable(typeof(MailRequest))]
[JsonSerializable(typeof(MailedTokenRequest))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(ChangeEmailRequest))]
[JsonSerializable(typeof(MailAccepted))]
[JsonSerializable(typeof(AuditEventPage))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(ChangeDetails))]
[JsonSerializable(typeof(AdminUserResponse))]
[JsonSerializable(typeof(AdminUserDetails))]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(UpdateUserRequest))]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(ReauthenticateRequest))]
[JsonSerializable(typeof(RegistrationAccepted))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(TwoFactorLoginRequest))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(IReadOnlyList<SessionResponse>))]
[JsonSerializable(typeof(EnableTwoFactorRequest))]
[JsonSerializable(typeof(EnableTwoFactorResponse))]
[JsonSerializable(typeof(TwoFactorCodeRequest))]
[JsonSerializable(typeof(DisableTwoFactorRequest))]
[JsonSerializable(typeof(TwoFactorEnabledResponse))]
[JsonSerializable(typeof(RecoveryCodesResponse))]
[JsonSerializable(typeof(PasskeyOptionsResponse))]
[JsonSerializable(typeof(RegisterPasskeyRequest))]
[JsonSerializable(typeof(RenamePasskeyRequest))]
[JsonSerializable(typeof(PasskeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<PasskeyResponse>))]
[JsonSerializable(typeof(PasskeyLoginOptionsRequest))]
[JsonSerializable(typeof(PasskeyLoginRequest))]
[JsonSerializable(typeof(PasskeySecondFactorOptionsRequest))]
[JsonSerializable(typeof(PasskeySecondFactorRequest))]
[JsonSerializable(typeof(GenerateApiKeyRequest))]
[JsonSerializable(typeof(UpdateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyResponse>))]
[JsonSerializable(typeof(GeneratedApiKeyResponse))]
[JsonSerializable(typeof(IntrospectRequest))]
[JsonSerializable(typeof(IntrospectResponse))]
[JsonSerializable(typeof(PublicJwk))]
[JsonSerializable(typeof(JsonWebKeySetResponse))]
[JsonSerializable(typeof(DiscoveryResponse))]
[JsonSerializable(typeof(AuthorizationServerResponse))]
[JsonSerializable(typeof(RelatedOriginsResponse))]
[JsonSerializable(typeof(ImportedUser))]
[JsonSerializable(typeof(ImportedLine))]
[JsonSerializable(typeof(FailedLine))]
[JsonSerializable(typeof(ImportProgress))]
[JsonSerializable(typeof(ImportSummary))]
[JsonSerializable(typeof(ImportError))]
[JsonSerializable(typeof(AdminAuditEventPage))]
[JsonSerializable(typeof(BillingEventPage))]
[JsonSerializable(typeof(BillingEventResponse))]
[JsonSerializable(typeof(UsageReportResponse))]
[JsonSerializable(typeof(StatisticsResponse))]
internal sealed partial class ApiJson : JsonSerializerContext;
